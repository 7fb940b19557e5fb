/** What a visitor of the playground has entered: read, checked, and put in place of the site's own. */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Return the environment of this name or alias, in whatever case; undefined when there is none. */
export function findEnvironment(environments, name) {
  const wanted = String(name ?? '').trim().toLowerCase();
  return environments.find((one) => one.name === wanted || one.aliases.includes(wanted));
}

/** Return what a pasted snippet, or an id alone, says: `{deploymentId, environment?}`. */
export function readDeployment(pasted) {
  const value = (name) => pasted.match(new RegExp(`${name}['"]?\\s*:\\s*['"]([^'"]+)['"]`))?.[1];
  const deploymentId = value('deploymentId');
  return deploymentId
    ? { deploymentId: deploymentId.trim(), environment: value('environment')?.trim() }
    : { deploymentId: pasted.trim() };
}

/** Return the issuer without a slash at its end, or undefined when it is no address of one. */
export function readIssuer(entered) {
  let url;
  try {
    url = new URL(entered.trim());
  } catch {
    return undefined;
  }
  const encrypted = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  // Neither a query nor a fragment, and no name in front of the host.
  if (!encrypted || url.href !== url.origin + url.pathname) return undefined;
  return url.href.replace(/\/+$/, '');
}

/** Return the names of the texts that say what is wrong, by field; empty when all is well. */
export function deploymentMistakes({ deploymentId }) {
  if (!deploymentId) return { deploymentId: 'mistake_required' };
  return UUID.test(deploymentId) ? {} : { deploymentId: 'mistake_deployment' };
}

/** The same for what a sign-in needs. */
export function clientMistakes({ approach, issuer, messengerClientId, websiteClientId, maxAge }) {
  const mistakes = {};
  if (!issuer.trim()) mistakes.issuer = 'mistake_required';
  else if (!readIssuer(issuer)) mistakes.issuer = 'mistake_issuer';
  if (!messengerClientId.trim()) mistakes.messengerClientId = 'mistake_required';
  if (approach === 'separate' && !websiteClientId.trim()) mistakes.websiteClientId = 'mistake_required';
  if (!/^\s*\d{0,9}\s*$/.test(maxAge)) mistakes.maxAge = 'mistake_max_age';
  return mistakes;
}

/** Return the form's values as they are for the site's own settings. */
export function ownClient(settings) {
  return {
    issuer: settings.issuer,
    messengerClientId: settings.messengerClientId,
    websiteClientId: settings.websiteClientId,
    pkce: settings.pkce,
    scopes: [...settings.scopes],
    maxAge: settings.maxAge === null ? '' : String(settings.maxAge),
    nonce: '',
  };
}

/** Tell whether an issuer is the stack's own: the only one that this page's policy lets it ask. */
export const isOwnIssuer = (settings, issuer) => readIssuer(issuer) === readIssuer(settings.issuer);

/**
 * Return the settings with a visitor's deployment and client in place of the site's own.
 *
 * Another issuer's endpoints are found by the pattern of Okta's authorization servers (Okta,
 * "OpenID Connect & OAuth 2.0 API"): its discovery document is out of this page's reach.
 */
export function appliedSettings(settings, environments, deployment, client) {
  const applied = { ...settings };
  const environment = deployment && findEnvironment(environments, deployment.environment);
  if (environment) {
    applied.site = { ...settings.site, deploymentId: deployment.deploymentId };
    applied.region = environment.region;
    applied.messengerDomain = environment.domain;
    applied.messengerEnvironment = environment.name;
    applied.messengerHost = environment.host;
  }
  if (!client) return applied;
  const issuer = readIssuer(client.issuer);
  Object.assign(applied, {
    messengerClientId: client.messengerClientId.trim(),
    websiteClientId: client.websiteClientId.trim(),
    pkce: client.pkce,
    scopes: client.scopes,
    maxAge: client.maxAge.trim() === '' ? null : Number(client.maxAge),
  });
  if (client.nonce.trim()) applied.nonce = client.nonce.trim();
  if (!isOwnIssuer(settings, issuer)) {
    Object.assign(applied, {
      issuer,
      discoveryUri: `${issuer}/.well-known/openid-configuration`,
      authorizationEndpoint: `${issuer}/v1/authorize`,
      endSessionEndpoint: `${issuer}/v1/logout`,
    });
  }
  return applied;
}
