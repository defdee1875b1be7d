mod apps;
mod bodies;
mod conversations;
mod deleted;
pub(crate) mod made;
mod realdata;
mod shown;
