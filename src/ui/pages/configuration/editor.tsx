// The editor of the configuration: text that is checked while one types. Works without the script, by its buttons.
import type { Child } from "hono/jsx";

interface EditorProps {
  readonly document: string;
  readonly note: string;
  /** The revision that the text was made from: a change by somebody else meanwhile is noticed by it. */
  readonly revision: number;
  readonly told?: Child;
}

export function Editor({ document, note, revision, told }: EditorProps) {
  return (
    <form method="post" action="/ui/configuration" class="editor">
      <input type="hidden" name="expected" value={String(revision)} />
      <label for="document">
        The document, as <code>docs/configuration.md</code> describes it
      </label>
      <textarea
        id="document"
        name="document"
        rows={26}
        spellcheck={false}
        autocomplete="off"
        hx-post="/ui/configuration/check"
        hx-trigger="input changed delay:500ms"
        hx-target="#checked"
        hx-sync="this:replace"
      >
        {document}
      </textarea>
      <div id="checked" aria-live="polite">
        {told}
      </div>
      <div class="row">
        <label for="note">Why it is changed</label>
        <input id="note" name="note" value={note} maxlength={500} size={40} />
        <button type="submit" name="do" value="check">
          Check
        </button>
        <button type="submit" name="do" value="backtest">
          Backtest
        </button>
        <button type="submit" name="do" value="save" class="main">
          Save
        </button>
      </div>
    </form>
  );
}
