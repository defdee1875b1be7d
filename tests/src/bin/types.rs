//! Prints `ui/src/api/generated.ts`.

fn main() {
    print!("{}", engine::api::typescript());
}
