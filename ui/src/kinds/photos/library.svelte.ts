import { asApiError, call } from "../../api/call";
import type { Album, ApiError, Counts, KeywordCount, PhotoPerson, PlaceCount, VersionSummary } from "../../api/generated";
import { albumCovers, keywordCovers, peopleCovers, placeCovers, type Cover } from "./covers";
import type { Collection, Sizes } from "./shown";

/** What a version's photos can be looked through by: fetched once, each by itself, so that none waits for another. */
export class Library {
  counts = $state.raw<Counts | null>(null);
  albums = $state.raw<Album[] | null>(null);
  people = $state.raw<PhotoPerson[] | null>(null);
  places = $state.raw<PlaceCount[] | null>(null);
  keywords = $state.raw<KeywordCount[] | null>(null);
  /** What could not be fetched, by what it is. */
  problems = $state<Partial<Record<Collection | "counts", ApiError>>>({});
  readonly sizes: Sizes = $derived({
    albums: this.albums?.length ?? null,
    people: this.people?.length ?? null,
    places: this.places?.length ?? null,
    keywords: this.keywords?.length ?? null,
  });
  #turn = 0;

  load({ id, location }: VersionSummary) {
    const turn = ++this.#turn;
    const request = { version: id, location };
    this.problems = {};
    const fetch = async <T>(what: Collection | "counts", asked: Promise<T>, take: (answer: T) => void) => {
      try {
        const answer = await asked;
        if (turn === this.#turn) take(answer);
      } catch (wrong) {
        if (turn === this.#turn) this.problems[what] = asApiError(wrong);
      }
    };
    void fetch("counts", call("photos.counts", request), (answer) => (this.counts = answer));
    void fetch("albums", call("photos.albums", request), (answer) => (this.albums = answer));
    void fetch("people", call("photos.people", request), (answer) => (this.people = answer));
    void fetch("places", call("photos.places", request), (answer) => (this.places = answer));
    void fetch("keywords", call("photos.keywords", request), (answer) => (this.keywords = answer));
  }

  /** The covers of a collection, in the order they are shown; null while they are on the way. */
  covers(collection: Collection): Cover[] | null {
    if (collection === "albums") return this.albums && albumCovers(this.albums);
    if (collection === "people") return this.people && peopleCovers(this.people);
    if (collection === "places") return this.places && placeCovers(this.places);
    return this.keywords && keywordCovers(this.keywords);
  }
}
