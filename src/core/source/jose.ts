// The configuration of the families whose signatures are JOSE: a JWT, or a detached JWS over the body. Pure data.
// The algorithms and the keys are pinned here; nothing that a token says about itself can add to them.
import * as z from "zod";
import { BytesEncoding, HashName, HeaderName, HeaderSelector, MAX_SELECTOR_CHARS, Place, Tolerance } from "./fields.ts";
import { LiteralKeys } from "./signing.ts";

const MAX_TEXT_CHARS = 500;

const HttpsUrl = z
  .url({ protocol: /^https$/, error: "must be an https URL" })
  .max(2_000)
  .describe("An https URL.");

const PublicKeyFormat = z
  .enum(["pem", "spki-base64", "jwk"])
  .describe("pem: a public key or certificate. spki-base64: DER. jwk: a JWK or a set of them.");

const KeysFromSecrets = z
  .strictObject({
    from: z.literal("secrets").describe("The keys are the values of 'secrets'."),
    format: z
      .enum(["utf8", "hex", "base64", "pem", "spki-base64", "jwk"])
      .describe("utf8, hex, base64: a shared secret, for HS algorithms. pem, spki-base64, jwk: a public key."),
  })
  .describe("Keys that are Worker secrets: shared secrets, or public keys.");

const KeysSpelledOut = z
  .strictObject({
    from: z.literal("literal").describe("The keys stand here."),
    format: PublicKeyFormat,
    keys: LiteralKeys,
  })
  .describe("Public keys in the configuration.");

const KeysFromJwks = z
  .strictObject({
    from: z.literal("jwks").describe("The keys are fetched as one JWK set."),
    url: HttpsUrl.describe("The https URL of the JWK set."),
  })
  .describe("A JWK set at a URL.");

const Template = z
  .string()
  .max(MAX_TEXT_CHARS)
  .describe("Text in which {kid} and {secret:1} … {secret:4} are filled in.");

const KeysByKid = z
  .strictObject({
    from: z.literal("by-kid").describe("Each key is fetched by its id."),
    url: z
      .string()
      .max(2_000)
      .regex(/^https:\/\/[^/?#@\s{}]+\/[^\s#]*$/, "must be an https URL; {kid} may stand in its path or query")
      .describe("The https URL of the key, with {kid} for its id, such as https://api.example.com/keys/{kid}."),
    method: z.enum(["GET", "POST"]).default("GET").describe("The method of the request for the key."),
    headers: z
      .record(HeaderName, Template)
      .default({})
      .describe("Headers of that request. {secret:1} is the value of the first of 'secrets'."),
    body: Template.optional().describe("The JSON body of that request. {kid} and {secret:1} … are filled in."),
    at: z
      .string()
      .max(MAX_SELECTOR_CHARS)
      .regex(/^\$(?:\.[^.[\]]+|\[\d{1,4}\])*$/, "must be a path such as $.key")
      .default("$")
      .describe("Where the key stands in a JSON answer. A PEM answer is read as it is."),
  })
  .describe("One key per id, at a URL: a PEM, a JWK or a JWK set.");

const KeySet = z
  .discriminatedUnion("from", [KeysFromSecrets, KeysSpelledOut, KeysFromJwks, KeysByKid])
  .describe("Which keys count. A token's own jku, x5u, x5c and jwk are never followed.");
export type KeySet = z.infer<typeof KeySet>;

const AsymmetricAlgorithm = z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]);
const Algorithm = z.enum(["HS256", "HS384", "HS512", ...AsymmetricAlgorithm.options]);

export const JwtVerification = z
  .strictObject({
    family: z.literal("jwt").describe("A signed JSON Web Token."),
    from: z
      .union([z.literal("bearer"), Place], {
        error: "must be bearer, header:x-name, query:name, form:field or a path such as $.token",
      })
      .describe(
        "Where the token stands: bearer for 'Authorization: Bearer …', header:x-name, query:name, form:field, $.a.b.",
      ),
    algorithms: z.array(Algorithm).min(1).describe("The only algorithms that are accepted."),
    keys: KeySet,
    audience: z
      .string()
      .min(1)
      .max(MAX_TEXT_CHARS)
      .optional()
      .describe("What the claim aud must hold: publicUrl for the source's publicUrl, or a literal."),
    issuer: z.string().min(1).max(MAX_TEXT_CHARS).optional().describe("What the claim iss must be."),
    maxAgeSeconds: Tolerance.optional().describe(
      "How far the claim iat may be off our clock, either way. Left out: the token must have an exp.",
    ),
    bodyHash: z
      .strictObject({
        claim: z.string().min(1).max(100).describe("The claim that holds the hash of the body."),
        hash: HashName.default("sha256").describe("The hash function over the raw body."),
        encoding: BytesEncoding.default("hex").describe("How the hash is written."),
      })
      .optional()
      .describe("The claim that binds the token to the body. Without it the token proves the sender, not the body."),
  })
  .describe("The sender shows a JWT.");

export const JwsDetachedVerification = z
  .strictObject({
    family: z.literal("jws-detached").describe("A detached JWS over the body."),
    from: HeaderSelector.describe("The header that carries 'header..signature', such as header:jws-signature."),
    algorithms: z.array(AsymmetricAlgorithm).min(1).describe("The only algorithms that are accepted."),
    keys: KeySet,
  })
  .describe("The sender signs the body as a JWS and sends header and signature without the payload.");

export type JwtVerification = z.infer<typeof JwtVerification>;
export type JwsDetachedVerification = z.infer<typeof JwsDetachedVerification>;
