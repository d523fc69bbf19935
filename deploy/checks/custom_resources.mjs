// Validates custom resources (JSON lines on standard input) with the schemas of their definitions; one line of output for each finding.
// A group without schemas is told with the word UNKNOWN, so that the caller can say that it was not checked.
import { pathToFileURL } from "node:url";

const PACKAGES = {
  "cert-manager.io": "cert-manager",
  "postgresql.cnpg.io": "cloudnative-pg",
  "external-secrets.io": "external-secrets",
  "gateway.networking.k8s.io": "gateway-api",
  "keda.sh": "keda",
  "monitoring.coreos.com": "prometheus-operator",
};
const modules = `${process.argv[2]}/node_modules/@kubernetes-models`;

let text = "";
for await (const part of process.stdin) text += part;
for (const line of text.split("\n").filter(Boolean)) {
  const { where, manifest } = JSON.parse(line);
  const [group] = manifest.apiVersion.split("/");
  const name = `${where}: ${manifest.kind}/${manifest.metadata.name}`;
  if (!(group in PACKAGES)) {
    console.log(`UNKNOWN ${group}`);
    continue;
  }
  try {
    const found = await import(pathToFileURL(`${modules}/${PACKAGES[group]}/${manifest.apiVersion}/${manifest.kind}.js`));
    new found[manifest.kind](manifest).validate();
  } catch (error) {
    console.log(`${name}: ${error.message.replaceAll("\n", " ")}`);
  }
}
