// SPDX-License-Identifier: Apache-2.0

// OpenID provider of the test sites: panva's oidc-provider (certified), once with the claims of EGI
// Check-in and once, one port higher, with those of an INDIGO IAM.
//
//   node provider.mjs CONFIG.json    {host, port, key, cert, state, people, secret, clients, scopes}
//
// Who there is and in which groups stands in the file `people`, which is read for every token: a
// test that takes somebody out of a group edits it. An access token is opaque (a site introspects
// it) unless a `resource` is asked for; then it is an RFC 9068 JWT for that audience.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import Provider from 'oidc-provider';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const HOUR = 3600;

function signingKeys() {
  const file = `${config.state}/jwks.json`;
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
    writeFileSync(file, JSON.stringify({ keys: [key] }), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

const people = () => JSON.parse(readFileSync(config.people, 'utf8'));
// By name, or by the subject that tokens carry.
const person = (id) => people()[id] ?? Object.values(people()).find((one) => one.sub === id);

const jwtFor = (audience) => ({
  scope: config.scopes, audience, accessTokenTTL: HOUR, accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
});

// The resource owner's password, so that a test needs no browser. Gives what the code flow gives.
// `lifetime` (seconds) makes an access token that soon expires.
function passwordGrant(provider) {
  return async (ctx) => {
    const { username, password, scope = 'openid', resource, lifetime } = ctx.oidc.params;
    const who = people()[username];
    if (!who || password !== config.secret) {
      ctx.status = 400;
      ctx.body = { error: 'invalid_grant', error_description: 'bad user or password' };
      return;
    }
    const { client } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: who.sub });
    grant.addOIDCScope(scope);
    if (resource) grant.addResourceScope(resource, scope);
    const common = { client, accountId: who.sub, grantId: await grant.save(), gty: 'password', scope };
    ctx.oidc.entity('Grant', grant);
    const access = new provider.AccessToken(common);
    if (resource) access.resourceServer = new provider.ResourceServer(resource, jwtFor(resource));
    if (lifetime) access.expiresIn = Number(lifetime);
    ctx.oidc.entity('AccessToken', access);
    const refresh = new provider.RefreshToken({
      ...common, resource, rotations: 0, iiat: Math.floor(Date.now() / 1000) });
    ctx.oidc.entity('RefreshToken', refresh);
    ctx.body = { access_token: await access.save(), token_type: 'Bearer', expires_in: access.expiration,
      refresh_token: await refresh.save(), scope };
  };
}

// UserInfo for access tokens that are JWTs, to which oidc-provider refuses it and EGI Check-in does
// not: the claims, if the token has their scope.
function userinfoForJwt(claimsOf) {
  const [jwk] = signingKeys().keys;
  const key = createPublicKey({ key: { kty: jwk.kty, n: jwk.n, e: jwk.e }, format: 'jwk' });
  return async (ctx, next) => {
    const [head, body, signature] = (ctx.get('authorization').split(' ')[1] ?? '').split('.');
    if (ctx.path !== '/me' || !signature) return next();
    const token = JSON.parse(Buffer.from(body, 'base64url'));
    const signed = verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    if (!signed || token.exp < Date.now() / 1000) {
      ctx.status = 401;
      return undefined;
    }
    const has = (token.scope ?? '').split(' ').includes('eduperson_entitlement');
    ctx.body = { sub: token.sub, ...(has ? claimsOf(person(token.sub)) : {}) };
    return undefined;
  };
}

function make(issuer, claimsOf) {
  const client = (id, more) => ({
    client_id: id, scope: config.scopes, response_types: [], redirect_uris: [],
    grant_types: ['password', 'refresh_token'], ...more });
  const provider = new Provider(issuer, {
    jwks: signingKeys(),
    clients: [
      client('cis-crawler', { client_secret: config.secret, token_endpoint_auth_method: 'client_secret_basic' }),
      // Without a secret: its refresh tokens are good for one use.
      client('cis-public', { token_endpoint_auth_method: 'none' }),
      // What the sites' Apache introspects with.
      ...config.clients.map((id) => client(id, {
        client_secret: config.secret, token_endpoint_auth_method: 'client_secret_basic', grant_types: [] })),
    ],
    scopes: config.scopes.split(' '),
    findAccount: async (ctx, id) => (person(id)
      ? { accountId: id, claims: async () => ({ sub: id, ...claimsOf(person(id)) }) } : undefined),
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: async () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => undefined,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (ctx, resource) => jwtFor(resource),
      },
    },
    extraTokenClaims: async (ctx, token) => {
      const who = person(token.accountId);
      return who ? claimsOf(who) : {};
    },
    ttl: { AccessToken: HOUR, RefreshToken: 24 * HOUR, Grant: 24 * HOUR, IdToken: HOUR },
  });
  provider.registerGrantType('password', passwordGrant(provider),
    ['username', 'password', 'scope', 'resource', 'lifetime'], ['resource']);
  provider.use(userinfoForJwt(claimsOf));
  provider.on('server_error', (ctx, error) => console.error(issuer, error));
  return provider.callback();
}

const flavours = [
  (who) => ({ eduperson_entitlement: who.eduperson_entitlement, voperson_id: who.sub }),
  (who) => ({ 'wlcg.groups': who['wlcg.groups'], 'wlcg.ver': '1.0' }),
];
const tls = { key: readFileSync(config.key), cert: readFileSync(config.cert) };
flavours.forEach((claimsOf, i) => {
  const port = config.port + i;
  createServer(tls, make(`https://${config.host}:${port}`, claimsOf)).listen(port, config.host);
});
