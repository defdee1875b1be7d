// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { KindSummary, PhotosView, VersionSummary } from "../../api/generated";
import type { Range } from "../../parts/selection.svelte";
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
beforeEach(() => void call.mockReset().mockImplementation(async (name: string, { from }) => (name === "view.ids" ? [from + 100, from + 101] : { job: 1 })));
afterEach(cleanup);

const formats = [
  { id: "folder", title: "Folder of originals", extension: null },
  { id: "csv", title: "CSV", extension: "csv" },
];
const version = { id: "v1", location: "/kept" } as VersionSummary;
const kind = { id: "photos", title: "Photos", formats } as KindSummary;
const view: PhotosView = { view: 9, count: 46, days: [], skipped: [] };

function shown(chosen: Range[] = []) {
  const onclose = vi.fn();
  render(ExportDialog, { version, kind, view, title: "All Photos", chosen, onclose });
  return { onclose, start: screen.getByRole<HTMLButtonElement>("button", { name: "Export" }) };
}
async function choose(folder: string) {
  chooseFolder.mockResolvedValueOnce(folder);
  await fireEvent.click(screen.getByRole("button", { name: "Choose…" }));
  await screen.findByText(folder);
}

test("the whole list by its view, with all that was wished for", async () => {
  const { start, onclose } = shown();
  expect(start.disabled).toBe(true);
  await choose("/home/me/Out");
  await fireEvent.click(screen.getByRole("radio", { name: /^Originals/ }));
  await fireEvent.change(screen.getByLabelText("Folders"), { target: { value: "day" } });
  await fireEvent.change(screen.getByLabelText("Names"), { target: { value: "date" } });
  await fireEvent.click(screen.getByRole("checkbox", { name: /HEIC into JPEG/ }));
  await fireEvent.click(screen.getByRole("radio", { name: "Best" }));
  await fireEvent.click(screen.getByRole("checkbox", { name: /XMP/ }));
  await fireEvent.click(start);
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(call).toHaveBeenCalledExactlyOnceWith("photos.export", {
    version: "v1", location: "/kept", view: 9, ids: null, to: "/home/me/Out",
    content: "originals", jpeg: 95, sidecars: true, folders: "day", names: "{date} {name}", again: null,
  });
});

test("only what is chosen, unless all is wanted", async () => {
  const { start, onclose } = shown([[3, 5]]);
  await choose("/home/me/Out");
  expect(screen.getByText(/the originals of 2 items/)).toBeTruthy();
  await fireEvent.click(start);
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce());
  expect(call.mock.calls[0]).toEqual(["view.ids", { view: 9, from: 3, count: 2 }]);
  expect(call.mock.lastCall).toMatchObject(["photos.export", { view: null, ids: [103, 104] }]);
  await fireEvent.click(screen.getByRole("radio", { name: "All 46 items" }));
  expect(screen.getByText(/the originals of 46 items/)).toBeTruthy();
});

test("a table of what is known, and an earlier export is another folder", async () => {
  const { start, onclose } = shown();
  await choose("/home/me/Out");
  await fireEvent.click(screen.getByRole("checkbox", { name: /Only what is new/ }));
  expect(screen.getByText("No folder chosen yet")).toBeTruthy();
  await choose("/home/me/Out/Photos");
  await fireEvent.click(start);
  await vi.waitFor(() => expect(call.mock.lastCall).toMatchObject(["photos.export", { again: "/home/me/Out/Photos" }]));
  await fireEvent.click(screen.getByRole("radio", { name: /CSV/ }));
  expect(screen.queryByRole("checkbox", { name: /XMP/ })).toBeNull();
  await choose("/home/me/Tables");
  await fireEvent.click(start);
  await vi.waitFor(() => expect(call.mock.lastCall).toMatchObject(["export.start", { format: "csv", ids: [100, 101], to: "/home/me/Tables" }]));
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledTimes(2));
});
