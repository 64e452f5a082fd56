// The npm package oidc-provider as a plain OAuth server: rotation with reuse detection, PKCE, `iss`, revocation, devices.
// Prints `listening PORT` and ends with its standard input. `/seen` lists the requests so far, `/issued` the tokens and codes; `/api/me` is the one call.
import { createServer } from "node:http";
import { Provider, errors } from "oidc-provider";

const LIFE = Number(process.env.LIFE ?? 3600);
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const seen = [];
const issued = [];

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "app",
        client_secret: "canary-app-secret",
        application_type: "native",
        // A native app's loopback address: this path, on any port.
        redirect_uris: ["http://127.0.0.1/oauth/callback"],
        response_types: ["code"],
        grant_types: ["authorization_code", "refresh_token", DEVICE],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    scopes: ["user:read", "meeting:read"],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    ttl: { AccessToken: () => LIFE, RefreshToken: () => 86_400, Grant: () => 86_400, Session: () => 86_400, Interaction: () => 600, DeviceCode: () => 600 },
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
    cookies: { keys: ["not-a-secret"] },
  });
  provider.use(async (ctx, next) => {
    if (ctx.path !== "/api/me") return next();
    const bearer = /^Bearer (.+)$/i.exec(ctx.get("authorization"))?.[1];
    const token = bearer && (await provider.AccessToken.find(bearer));
    ctx.status = token ? 200 : 401;
    ctx.body = token ? { user_id: token.accountId, scope: token.scope } : { error: new errors.InvalidToken().error };
  });
  // What only the two ends of an exchange know; a test plays the thief who knows it too.
  let verifier = null;
  provider.use(async (ctx, next) => {
    await next();
    verifier = ctx.oidc?.body?.code_verifier ?? verifier;
    const { access_token, refresh_token, device_code } = Object(ctx.body);
    const code = /[?&]code=([^&]+)/.exec(ctx.response.get("location"))?.[1];
    issued.push(...[access_token, refresh_token, device_code, code, ctx.oidc?.body?.code_verifier].filter(Boolean));
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (request.url === "/verifier") return response.end(verifier);
    if (request.url === "/issued") return response.end(JSON.stringify(issued));
    if (request.url === "/seen") return response.end(JSON.stringify(seen));
    const scheme = request.headers.authorization?.split(" ")[0] ?? null;
    const entry = { method: request.method, url: request.url, authorization: scheme, status: null };
    seen.push(entry);
    response.on("finish", () => (entry.status = response.statusCode));
    return answer(request, response);
  });
  console.log(`listening ${port}`);
});

process.stdin.on("end", () => process.exit(0)).resume();
