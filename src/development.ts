// What `npm run dev` and the demo change about the configuration: every engine and every callback is local. The rest of
// the user's configuration runs as it is. Pure; used only where the binding DEVELOPMENT says so.

export interface LocalSettings {
  /** A whole configuration, as JSON, in place of bridge.config.json. */
  readonly config: string | undefined;
  /** Takes the place of every engine's base URL. */
  readonly engineUrl: string | undefined;
  /** Takes the place of every callback's URL, with the callback's name appended. */
  readonly callbackUrl: string | undefined;
}

type Parts = Record<string, Record<string, unknown>>;

interface Document {
  readonly engines: Parts;
  readonly callbacks?: Parts;
}

export function forDevelopment(bundled: unknown, { config, engineUrl, callbackUrl }: LocalSettings): unknown {
  const document = (config === undefined ? bundled : JSON.parse(config)) as Document;
  return {
    ...document,
    engines: mapParts(document.engines, (engine) => (engineUrl ? { ...engine, baseUrl: engineUrl } : engine)),
    callbacks: mapParts(document.callbacks ?? {}, (callback, id) =>
      callbackUrl ? { ...callback, url: `${callbackUrl}/${id}` } : callback,
    ),
  };
}

function mapParts(parts: Parts, change: (part: Record<string, unknown>, id: string) => Record<string, unknown>): Parts {
  return Object.fromEntries(Object.entries(parts).map(([id, part]) => [id, change(part, id)]));
}
