// Whatever is thrown on the way to an answer, as a problem document. What is not known becomes `internal`: its text may
// hold personal data, or tell of this machine, and stays in the log.

import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ChainQueryError } from "../chainReader.ts";
import { SourceError } from "../nodeCalls.ts";
import { CursorError } from "../readModel/cursor.ts";
import { DatabaseError } from "../sql/database.ts";
import { PROBLEMS, Problem, type ProblemCode } from "./problem.ts";

/** What an answer is typed as. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

type ValidationError = NonNullable<FastifyError["validation"]>[number];

/** The field at fault: JSON pointer into a body, name of anything else. */
function fieldOf({ instancePath, params }: ValidationError, context: string): string {
  const name = params["missingProperty"] ?? params["additionalProperty"];
  const pointer = typeof name === "string" ? `${instancePath}/${escapePointer(name)}` : instancePath;
  return context === "body" ? pointer : pointer.slice(1).replace(/\/.*/, "");
}

function escapePointer(name: string): string {
  return name.slice(0, 128).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Of several errors (branches of a union) the one that got furthest says most. */
function furthest(errors: readonly ValidationError[]): ValidationError {
  return errors.reduce((best, error) => (error.instancePath.length > best.instancePath.length ? error : best));
}

const WHAT = { enum: "allowedValues", const: "allowedValue" } as const;

function sentenceOf(error: ValidationError): string {
  const { keyword, params, message } = error;
  if (keyword === "additionalProperties") return "this field is not known here";
  if (keyword === "required") return "this field is needed";
  if (keyword === "enum") return `${message}: ${(params[WHAT.enum] as readonly unknown[]).join(", ")}`;
  return message ?? "this is not valid";
}

function validationProblem({ validation, validationContext }: FastifyError): Problem {
  const error = furthest(validation!);
  const field = fieldOf(error, validationContext ?? "");
  return new Problem("invalid_request", { detail: sentenceOf(error), field: field === "" ? undefined : field });
}

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: "not_found",
  405: "method_not_allowed",
  413: "payload_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
};

/** The refusal that an error stands for. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CursorError) return new Problem("invalid_request", { detail: error.message, field: "cursor" });
  if (error instanceof DatabaseError && error.retryable) {
    return new Problem("database_unavailable", { detail: "try again", retryAfterSeconds: 1 }, { cause: error });
  }
  if (error instanceof ChainQueryError && error.isMissing) return new Problem("not_found", "there is no such thing");
  if (error instanceof ChainQueryError && error.isInvalid) {
    return new Problem("invalid_request", "the chain cannot make sense of this", { cause: error });
  }
  if (error instanceof SourceError) {
    return new Problem("chain_unavailable", { detail: "try again", retryAfterSeconds: 1 }, { cause: error });
  }
  if (error instanceof Error && "statusCode" in error) return frameworkProblem(error as FastifyError);
  return new Problem("internal", "the request id names it in the log", { cause: error });
}

/** What Fastify itself refuses: its texts are about the request alone. */
function frameworkProblem(error: FastifyError): Problem {
  if (error.validation !== undefined) return validationProblem(error);
  const { statusCode = 500 } = error;
  if (statusCode >= 500) return new Problem("internal", "the request id names it in the log", { cause: error });
  return new Problem(CODE_OF_STATUS[statusCode] ?? "invalid_request", error.message);
}

/** The document of a problem. */
export function problemDocument(problem: Problem, requestId: string): Record<string, unknown> {
  const { status, title } = PROBLEMS[problem.code];
  const { detail, field, chain, extra } = problem.details;
  return {
    ...extra,
    type: `urn:stateset:problem:${problem.code}`,
    title,
    status,
    detail,
    instance: `urn:stateset:request:${requestId}`,
    request_id: requestId,
    code: problem.code,
    ...(field === undefined ? {} : { field }),
    ...(chain === undefined ? {} : { chain }),
  };
}

/** Fastify's error handler: answers with a problem document. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error);
  if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem }, "a request failed");
  const { retryAfterSeconds } = problem.details;
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", Math.ceil(retryAfterSeconds));
  if (problem.code === "unauthorized") void reply.header("www-authenticate", "Bearer");
  return reply.code(problem.status).header("content-type", PROBLEM_TYPE).send(problemDocument(problem, request.id));
}
