# wrong: fills the other fields with new values, so the author and the pages are lost
defmodule Book do
  use Roundtrip.Rust,
    source: """
    use rustler::NifStruct;

    #[derive(NifStruct, Default)]
    #[module = "Book"]
    struct Book {
        title: String,
        author: String,
        pages: i64,
    }

    #[rustler::nif]
    fn rename(_book: Book, title: String) -> Book {
        Book { title, ..Default::default() }
    }
    """

  @enforce_keys [:title, :author, :pages]
  defstruct [:title, :author, :pages]

  def rename(_book, _title), do: :erlang.nif_error(:nif_not_loaded)
end
