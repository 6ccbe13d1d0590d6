// A text of the bridge's in which executions that it names lead to their pages. Only ids are made links, whatever else the text says.

const ID = /(exe_[0-9a-z]{1,3}_[0-9a-z]{1,10})/;

export function Linked({ text }: { readonly text: string }) {
  return (
    <>
      {/* Split by a group: every second part is an id. */}
      {text.split(ID).map((part, n) => (n % 2 === 1 ? <a href={`/ui/executions/${part}`}>{part}</a> : part))}
    </>
  );
}
