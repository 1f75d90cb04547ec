# Puts a new book with the same title on the shelf.
defmodule Shelf do
  use Roundtrip.Rust,
    source: """
    use rustler::{Error, NifResult, Resource, ResourceArc};
    use std::sync::Mutex;

    struct Book {
        title: String,
    }

    #[rustler::resource_impl]
    impl Resource for Book {}

    struct Shelf {
        books: Mutex<Vec<ResourceArc<Book>>>,
    }

    #[rustler::resource_impl]
    impl Resource for Shelf {}

    #[rustler::nif]
    fn book(title: String) -> ResourceArc<Book> {
        ResourceArc::new(Book { title })
    }

    #[rustler::nif]
    fn new() -> ResourceArc<Shelf> {
        ResourceArc::new(Shelf { books: Mutex::new(Vec::new()) })
    }

    #[rustler::nif]
    fn put(shelf: &Shelf, book: &Book) -> NifResult<usize> {
        let mut books = shelf.books.lock().map_err(|_poisoned| Error::Atom("poisoned"))?;
        books.push(ResourceArc::new(Book { title: book.title.clone() }));
        Ok(books.len())
    }

    #[rustler::nif]
    fn books(shelf: &Shelf) -> NifResult<Vec<ResourceArc<Book>>> {
        let books = shelf.books.lock().map_err(|_poisoned| Error::Atom("poisoned"))?;
        Ok(books.clone())
    }

    #[rustler::nif]
    fn title(book: &Book) -> String {
        book.title.clone()
    }
    """

  def book(_title), do: :erlang.nif_error(:nif_not_loaded)
  def new, do: :erlang.nif_error(:nif_not_loaded)
  def put(_shelf, _book), do: :erlang.nif_error(:nif_not_loaded)
  def books(_shelf), do: :erlang.nif_error(:nif_not_loaded)
  def title(_book), do: :erlang.nif_error(:nif_not_loaded)
end
