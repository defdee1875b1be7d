import { getContext, setContext } from "svelte";
import { mediaPath, pictureUrl, streamUrl, type Place, type Size } from "../api/media";
import type { KindSummary, VersionSummary } from "../api/generated";
import { app } from "../state/app.svelte";

/** What every kind's page is given. */
export interface KindPage {
  version: VersionSummary;
  kind: KindSummary;
  /** The item to begin with, from a search. */
  item?: number;
}

/** The addresses of an item's pictures and sounds, in the version and kind that the page shows. */
export interface Media {
  /** `size` is the longest side in pixels, or "screen" for the whole window. */
  picture(media: string, size: Size): string;
  stream(media: string): string;
}

const KEY = Symbol("media");

export function provideMedia(of: () => Place): Media {
  return setContext<Media>(KEY, {
    picture: (media, size) => pictureUrl(mediaPath(of(), size, media)),
    stream: (media) => streamUrl(app.state?.stream_base ?? null, mediaPath(of(), "original", media)),
  });
}

export function media(): Media {
  return getContext<Media>(KEY);
}
