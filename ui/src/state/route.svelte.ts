/** Where the window is. */
export type Route =
  | { page: "welcome" }
  | { page: "device"; udid: string }
  | { page: "location"; path: string }
  | { page: "browse"; version: string; location: string; kind: string; item?: number }
  | { page: "live"; udid: string; shown: string }
  | { page: "search"; text: string }
  | { page: "settings" };

class Router {
  here = $state.raw<Route>({ page: "welcome" });
  #before: Route[] = [];

  go(route: Route) {
    if (JSON.stringify(route) === JSON.stringify(this.here)) return;
    // Typing on in the search field is one step, not many; the welcome page is no place to go back to.
    const sameSearch = route.page === "search" && this.here.page === "search";
    if (!sameSearch && this.here.page !== "welcome") this.#before = [...this.#before.slice(-49), this.here];
    this.here = route;
  }

  back() {
    const last = this.#before.pop();
    if (last) this.here = last;
  }
}

export const router = new Router();
