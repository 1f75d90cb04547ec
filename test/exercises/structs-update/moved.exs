# wrong (E0382): moves the whole book into a variable and reads its fields afterwards
defmodule Book do
  use Roundtrip.Rust,
    source: """
    use rustler::NifStruct;

    #[derive(NifStruct)]
    #[module = "Book"]
    struct Book {
        title: String,
        author: String,
        pages: i64,
    }

    #[rustler::nif]
    fn rename(book: Book, title: String) -> Book {
        let old = book;
        Book { title, author: book.author, pages: old.pages }
    }
    """

  @enforce_keys [:title, :author, :pages]
  defstruct [:title, :author, :pages]

  def rename(_book, _title), do: :erlang.nif_error(:nif_not_loaded)
end
