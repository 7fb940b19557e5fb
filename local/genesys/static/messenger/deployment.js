/** A deployment's public files, and what they say about a page. */

/** Reads `domains.json` or `config.json`; throws in words when there is none. */
export async function readFile({ origin, deploymentId, name, fetch = globalThis.fetch }) {
  const id = encodeURIComponent(deploymentId ?? '');
  const answer = await fetch(`${origin}/webdeployments/v1/deployments/${id}/${name}`);
  if (!answer.ok) {
    throw new Error(`Deployment ${deploymentId} cannot be read: status ${answer.status}`);
  }
  return answer.json();
}

/** Host names only: scheme and port never count, and a subdomain of an entry is allowed. */
export function isAllowed(host, { allowAllDomains, allowedDomains = [] }) {
  const name = host.toLowerCase();
  return (
    allowAllDomains ||
    allowedDomains.some((entry) => {
      const allowed = entry.toLowerCase();
      return name === allowed || name.endsWith(`.${allowed}`);
    })
  );
}

/** What pages may have of the configuration: all but where the service listens. */
export function trimmed(deploymentConfig) {
  const copy = structuredClone(deploymentConfig);
  delete copy.apiEndpoint;
  delete copy.messenger.apps.conversations.messagingEndpoint;
  return copy;
}
