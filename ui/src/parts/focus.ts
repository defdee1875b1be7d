/** Attached to a form that takes another's place: the keyboard goes into its first field. */
export function beginsHere(form: HTMLElement) {
  form.querySelector<HTMLElement>("input:not(:disabled)")?.focus();
}
