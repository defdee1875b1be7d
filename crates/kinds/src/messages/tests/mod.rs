mod bodies;
mod conversations;
mod made;
mod realdata;
mod shown;
