export interface Toast {
  id: number;
  text: string;
  action?: { title: string; run: () => void };
}

let next = 1;
export const toasts = $state<{ list: Toast[] }>({ list: [] });

/** Says something in passing; it leaves by itself after eight seconds. */
export function say(text: string, action?: Toast["action"]) {
  const id = next++;
  toasts.list.push({ id, text, action });
  setTimeout(() => dismiss(id), 8_000);
}

export function dismiss(id: number) {
  toasts.list = toasts.list.filter((toast) => toast.id !== id);
}
