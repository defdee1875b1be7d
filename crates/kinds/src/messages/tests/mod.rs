mod apps;
mod bodies;
mod conversations;
mod deleted;
mod made;
mod realdata;
mod shown;
