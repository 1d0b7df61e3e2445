// cosmos.base.reflection.v1beta1.ReflectionService: which messages may stand in which Any
// (cosmos-sdk v0.53 codec/types/interface_registry.go), from the annotation cosmos_proto.implements_interface.

import { type DescExtension, type DescMessage, type FileRegistry, getOption, hasOption } from "@bufbuild/protobuf";
import {
  ListAllInterfacesRequest,
  ListAllInterfacesResponse,
  ListImplementationsRequest,
  ListImplementationsResponse,
} from "../../../gen/cosmos/base/reflection/v1beta1/reflection.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { compareBytes, utf8 } from "../../codec/bytes.ts";
import { type NodeService, nodeService } from "./nodeService.ts";

const SERVICE = "/cosmos.base.reflection.v1beta1.ReflectionService";

/** The methods of cosmos.base.reflection.v1beta1.ReflectionService. */
export function reflectionServices(descriptors: FileRegistry): readonly NodeService[] {
  const implementations = implementationsByInterface(descriptors);
  const interfaceNames = sortedText([...implementations.keys()]);
  return [
    nodeService(`${SERVICE}/ListAllInterfaces`, ListAllInterfacesRequest, ListAllInterfacesResponse, async () => ({
      interfaceNames,
    })),
    nodeService(
      `${SERVICE}/ListImplementations`,
      ListImplementationsRequest,
      ListImplementationsResponse,
      async (_node, request) => {
        if (request.interfaceName === "") {
          throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "invalid interface name");
        }
        return { implementationMessageNames: implementations.get(request.interfaceName) ?? [] };
      },
    ),
  ];
}

function sortedText(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => compareBytes(utf8(a), utf8(b)));
}

/** Type URLs of the messages that say they implement an interface, sorted, by the interface's name. */
function implementationsByInterface(descriptors: FileRegistry): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const option = descriptors.getExtension("cosmos_proto.implements_interface");
  if (option === undefined) return found;
  for (const descriptor of descriptors) {
    if (descriptor.kind !== "message") continue;
    for (const name of interfacesOf(descriptor, option)) {
      found.set(name, sortedText([...(found.get(name) ?? []), `/${descriptor.typeName}`]));
    }
  }
  return found;
}

function interfacesOf(message: DescMessage, option: DescExtension): readonly string[] {
  if (!hasOption(message, option)) return [];
  // The extension is `repeated string` in cosmos_proto/cosmos.proto.
  return getOption(message, option) as readonly string[];
}
