// What the API says of customers.

import { type Static, Type } from "typebox";
import { Address, Time } from "../http/schemas.ts";

const line = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));

/** A place that goods or bills go to. */
export const PostalAddress = Type.Object(
  {
    name: line("Who receives."),
    address_line_1: line("Street and number; all of it where the address was given as one text."),
    address_line_2: line("More of it."),
    city: line("City."),
    state: line("State, province."),
    postal_code: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
    country: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1, two letters." })),
  },
  { additionalProperties: false },
);
export type PostalAddress = Static<typeof PostalAddress>;

/** As the merchant names the customer. */
export const CustomerId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "As the merchant names the customer. Goes to the chain: no personal data.",
  examples: ["cust_123"],
});

const PROFILE = {
  email: Type.String({ minLength: 3, maxLength: 254, pattern: "^[^@\\s]+@[^@\\s]+$" }),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  phone: Type.String({ pattern: "^[+0-9 ()./-]{3,32}$" }),
  wallet_address: Address,
  address: PostalAddress,
  metadata: Type.Record(Type.String({ pattern: "^[A-Za-z0-9_.-]{1,40}$" }), Type.String({ maxLength: 500 }), {
    maxProperties: 32,
  }),
};

/** What is known of a customer; all of it is personal data. */
export const Profile = Type.Partial(Type.Object(PROFILE));
export type Profile = Static<typeof Profile>;

export const NewCustomer = Type.Object(
  { id: Type.Optional(CustomerId), ...Profile.properties },
  { additionalProperties: false },
);

/** RFC 7396: what is null is removed, what is left out stays, objects other than the address are replaced whole. */
export const CustomerPatch = Type.Object(
  {
    email: Type.Optional(Type.Union([PROFILE.email, Type.Null()])),
    name: Type.Optional(Type.Union([PROFILE.name, Type.Null()])),
    phone: Type.Optional(Type.Union([PROFILE.phone, Type.Null()])),
    wallet_address: Type.Optional(Type.Union([PROFILE.wallet_address, Type.Null()])),
    address: Type.Optional(Type.Union([PROFILE.address, Type.Null()])),
    metadata: Type.Optional(Type.Union([PROFILE.metadata, Type.Null()])),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type CustomerPatch = Static<typeof CustomerPatch>;

export const Customer = Type.Object(
  { id: CustomerId, ...Profile.properties, created_at: Time, updated_at: Time },
  { $id: "Customer" },
);
export type Customer = Static<typeof Customer>;
