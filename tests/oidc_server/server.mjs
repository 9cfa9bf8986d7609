// An OIDC issuer for tests: clients, people and keys as a JSON file says, bound to loopback.
//   node server.mjs FOLDER_WITH_NODE_MODULES SETTINGS.json
// Anybody may log in with any password: it is the tokens that matter here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, file] = process.argv.slice(2)
const library = join(folder, 'node_modules', 'oidc-provider', 'lib', 'index.js')
const { default: Provider } = await import(pathToFileURL(library))
const { port, keys, algorithm, scopes, clients } = JSON.parse(readFileSync(file, 'utf8'))

const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients,
  clientDefaults: { id_token_signed_response_alg: algorithm },
  jwks: { keys },
  scopes: ['openid', ...scopes],
  cookies: { keys: ['for tests only'] },
  acrValues: ['2'],
  ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // What an issuer's administrator adds to access tokens for this service.
  extraTokenClaims: (ctx, token) =>
    token.kind === 'AccessToken'
      ? {
          preferred_username: `${token.accountId}@acme.example`,
          auth_time: ctx.oidc.entities.AuthorizationCode.authTime,
          acr: '2',
          amr: ['pwd', 'otp'],
          entities: ['US01', 'DE01'],
        }
      : undefined,
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({
        scope: scopes.join(' '),
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: algorithm } },
      }),
    },
  },
})
provider.listen(port, '127.0.0.1', () => console.log(`listening on ${issuer}`))
