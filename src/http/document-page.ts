// The page on which the operations API is read and tried: a form for each operation of the OpenAPI document, and a script of our
// own that sends it. Nothing is loaded from elsewhere. The libraries for this weigh more than the whole Worker.
import { html, raw } from "hono/html";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: { readonly enum?: readonly unknown[] };
}

interface Described {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
}

interface Document {
  readonly info: { readonly title: string; readonly description?: string };
  readonly tags?: readonly { readonly name: string }[];
  readonly paths?: Readonly<Record<string, unknown>>;
}

export function documentPage(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Described>).map(([method, described]) => ({ path, method, described })),
  );
  const sections = (document.tags ?? []).map(({ name }) => {
    const own = operations.filter(({ described }) => described.tags?.includes(name));
    return html`<h2>${name}</h2>${own.map(({ path, method, described }) => form(path, method, described))}`;
  });
  return String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${document.info.title}</title>
<link rel="stylesheet" href="docs.css"><script src="docs.js" defer></script></head>
<body><main><h1>${document.info.title}</h1><p>${document.info.description ?? ""} The document: <a href="openapi.json">openapi.json</a>.</p>
<p><label>Token <input id="token" type="password" autocomplete="off" placeholder="hks_…"></label> It stays in this page.</p>
${sections}</main></body></html>`);
}

function form(
  path: string,
  method: string,
  { summary = "", description = "", parameters = [], requestBody }: Described,
) {
  const inputs = (parameters as readonly Parameter[]).map(
    (each) => html`<label>${each.name}${each.required ? " *" : ""} <small>${each.in}</small>
<input name="${each.name}" data-in="${each.in}" ${each.required ? raw("required") : ""}
 placeholder="${each.schema?.enum?.join(" | ") ?? ""}" title="${each.description ?? ""}"></label>`,
  );
  const body = requestBody
    ? html`<label>body <small>JSON</small><textarea name="body" rows="6">{}</textarea></label>`
    : "";
  return html`<details><summary><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code> ${summary}</summary>
<p>${description}</p><form data-method="${method}" data-path="${path}">${inputs}${body}<button>Send</button></form>
<output></output></details>`;
}

export const DOCUMENT_PAGE_SCRIPT = `"use strict";
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.parentElement.querySelector("output");
    let path = form.dataset.path;
    const query = new URLSearchParams();
    const headers = { authorization: "Bearer " + document.querySelector("#token").value };
    for (const input of form.querySelectorAll("input")) {
      if (input.dataset.in === "path") path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
      else if (input.value !== "" && input.dataset.in === "query") query.set(input.name, input.value);
      else if (input.value !== "") headers[input.name] = input.value;
    }
    const body = form.querySelector("textarea")?.value;
    if (body !== undefined) headers["content-type"] = "application/json";
    const url = "/api" + path + (query.size > 0 ? "?" + query : "");
    output.textContent = "…";
    try {
      const answer = await window.fetch(url, { method: form.dataset.method.toUpperCase(), headers, body });
      const text = await answer.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch {}
      output.textContent = answer.status + " " + url + "\n\n" + shown;
    } catch (error) {
      output.textContent = String(error);
    }
  });
}
`;

export const DOCUMENT_PAGE_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
details { border: 1px solid #8886; border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; }
label { display: block; margin: .4rem 0; } input, textarea { font: inherit; width: 100%; box-sizing: border-box; }
output { display: block; white-space: pre-wrap; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .85rem; }
`;
