// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { KindSummary, VersionSummary } from "../../api/generated";
import ExportDialog from "./ExportDialog.svelte";

const { call, chooseFolder } = vi.hoisted(() => ({ call: vi.fn(), chooseFolder: vi.fn() }));
vi.mock("../../api/host", () => ({ host: { call, chooseFolder } }));

beforeAll(() => {
  // Finding by role takes jsdom seconds on a busy computer.
  vi.setConfig({ testTimeout: 60_000 });
  // jsdom knows no open dialogs.
  HTMLDialogElement.prototype.showModal = function () { this.setAttribute("open", ""); };
  HTMLDialogElement.prototype.close = function () { this.removeAttribute("open"); };
});
beforeEach(() => void call.mockReset().mockResolvedValue({ job: 1 }));
afterEach(cleanup);

const formats = [
  { id: "pdf", title: "PDF", extension: null },
  { id: "txt", title: "Text files", extension: null },
];
const version = { id: "v1", location: "/kept" } as VersionSummary;
const kind = { id: "messages", title: "Messages", formats } as KindSummary;

function shown(messages: number[] | null = null) {
  const onclose = vi.fn();
  const chosen = { title: "“Ada”", conversations: async () => [7], messages };
  render(ExportDialog, { version, kind, chosen, onclose });
  return { onclose, start: screen.getByRole<HTMLButtonElement>("button", { name: "Export" }) };
}

async function choose(folder: string) {
  chooseFolder.mockResolvedValueOnce(folder);
  await fireEvent.click(screen.getByRole("button", { name: "Choose…" }));
  await screen.findByText(folder);
}

test("writes nothing before it knows where", async () => {
  const { start, onclose } = shown();
  expect(start.disabled).toBe(true);
  await choose("/home/me/Exports");
  await fireEvent.click(screen.getByRole("radio", { name: /Text files/ }));
  await fireEvent.click(screen.getByRole("checkbox", { name: /checksums/ }));
  await fireEvent.click(start);
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(call).toHaveBeenCalledExactlyOnceWith("export.start", {
    version: "v1", location: "/kept", kind: "messages", format: "txt", to: "/home/me/Exports", ids: [7],
    from: null, until: null, messages: null, attachments: true, hashes: true, again: null,
  });
});

test("an earlier export is another folder, and days must make sense", async () => {
  const { start } = shown();
  await choose("/home/me/Exports");
  await fireEvent.click(screen.getByRole("checkbox", { name: /Only what is new/ }));
  expect(screen.getByText("No folder chosen yet")).toBeTruthy();
  await choose("/home/me/Exports/Messages");
  await fireEvent.input(screen.getByLabelText("From"), { target: { value: "2026-02-02" } });
  await fireEvent.input(screen.getByLabelText("Until"), { target: { value: "2026-02-01" } });
  expect(screen.getByRole("alert").textContent).toBe("This is before the first day.");
  expect(start.disabled).toBe(true);
  await fireEvent.input(screen.getByLabelText("Until"), { target: { value: "2026-02-03" } });
  await fireEvent.click(start);
  await vi.waitFor(() => expect(call.mock.lastCall?.[1]).toMatchObject({ again: "/home/me/Exports/Messages", from: new Date(2026, 1, 2).getTime() }));
});

test("chosen messages have no days; what goes wrong is said and can be tried again", async () => {
  call.mockRejectedValueOnce({ code: "io", message: "The disk is gone.", detail: null });
  const { start, onclose } = shown([70, 71]);
  expect(screen.queryByLabelText("From")).toBeNull();
  await choose("/home/me/Exports");
  await fireEvent.click(start);
  await fireEvent.click(await screen.findByRole("button", { name: /again/i }));
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(call.mock.lastCall?.[1]).toMatchObject({ messages: [70, 71], ids: [7] });
});
