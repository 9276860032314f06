// node verify.mjs BUNDLE PUB.pem: verifies a bundle under one key; exits with 1 and says why if it
// does not hold. No log and no timestamp is asked for: there are none.
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";

const [bundlePath, keyPath] = process.argv.slice(2);
const root = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const pem = readFileSync(keyPath, "utf8");
const publicKey = createPublicKey(pem);
const spki = publicKey.export({ type: "spki", format: "der" });
const ours = createHash("sha256").update(spki).digest("base64");

try {
  const bundle = bundleFromJSON(JSON.parse(readFileSync(bundlePath, "utf8")));
  const material = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
  const asked = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
  new Verifier(material, asked).verify(toSignedEntity(bundle));
  const envelope = bundle.content.dsseEnvelope;
  const { hint } = bundle.verificationMaterial.content.publicKey;
  console.log(JSON.stringify({
    payloadSha256: createHash("sha256").update(envelope.payload).digest("hex"),
    hinted: hint === ours,
  }));
} catch (problem) {
  console.error(`${problem.code ?? problem.name}: ${problem.message}`);
  process.exit(1);
}
