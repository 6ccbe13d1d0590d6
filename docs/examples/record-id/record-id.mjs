import { v5, validate } from "uuid";

export function recordId(namespace, value) {
  const text = value.trim().toWellFormed().normalize("NFC");
  if (text === "") return null;
  return validate(text) ? text.toLowerCase() : v5(text, namespace);
}
