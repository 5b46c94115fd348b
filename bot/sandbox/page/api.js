// The control API (docs/sandbox.md): one function to read, one to do. Every failure comes back as {ok: false, error}.

const BASE = "/_sandbox/";

export async function read(path, params = {}) {
  const query = new URLSearchParams(
    Object.entries(params).filter(([, value]) => value !== undefined && value !== null),
  );
  return answer(() => fetch(`${BASE}${path}?${query}`, { headers: { accept: "application/json" } }));
}

export async function post(path, body) {
  return answer(() =>
    fetch(BASE + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  );
}

async function answer(request) {
  let response;
  try {
    response = await request();
  } catch {
    return { ok: false, error: "unreachable", unreachable: true };
  }
  let data;
  try {
    data = await response.json();
  } catch {
    data = {};
  }
  if (data === null || typeof data !== "object" || Array.isArray(data)) data = {};
  if (!response.ok && data.ok === undefined) data.ok = false;
  if (!response.ok && !data.error) data.error = `http_${response.status}`;
  return data;
}
