//! What a person does, on the engine with a pretend phone, without a window.

mod back_up;
mod browse;
mod cuts;
mod import;
mod locations;
mod lost;
mod terminal;
mod trust;
