// Pages that a test reads as text: Vite gives them by this mark.
declare module "*?raw" {
  const text: string;
  export default text;
}
