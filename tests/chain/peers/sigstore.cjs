// Judges entries of our log as Sigstore's own verifier does those of Rekor: @sigstore/verify, with our log in a TrustedRoot.
// Reads a JSON list of cases {root, entry} in the forms of @sigstore/protobuf-specs, writes a JSON list of verdicts.
const { TransparencyLogEntry, TrustedRoot } = require("@sigstore/protobuf-specs");
const { toTrustMaterial, VerificationError } = require("@sigstore/verify");
const { verifyTLogInclusion } = require("@sigstore/verify/dist/tlog");

let given = "";
process.stdin.setEncoding("utf8").on("data", (part) => { given += part; }).on("end", () => {
  const verdicts = JSON.parse(given).map(({ root, entry }) => {
    try {
      verifyTLogInclusion(TransparencyLogEntry.fromJSON(entry), toTrustMaterial(TrustedRoot.fromJSON(root)).tlogs);
      return { ok: true, why: "" };
    } catch (error) {
      // What is no number or no key at all is refused by the language, not by the verifier.
      return { ok: false, why: error.message, plain: error instanceof VerificationError };
    }
  });
  process.stdout.write(JSON.stringify(verdicts));
});
