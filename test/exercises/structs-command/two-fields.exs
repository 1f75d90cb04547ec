# wrong: Jump has two fields without names, so it is {:jump, x, y}
defmodule Robot do
  use Roundtrip.Rust,
    source: """
    use rustler::NifTaggedEnum;

    #[derive(NifTaggedEnum)]
    enum Command {
        Home,
        Right(i64),
        Jump(i64, i64),
    }

    #[rustler::nif]
    fn run(position: (i64, i64), command: Command) -> (i64, i64) {
        let (x, y) = position;
        match command {
            Command::Home => (0, 0),
            Command::Right(steps) => (x + steps, y),
            Command::Jump(x, y) => (x, y),
        }
    }
    """

  def run(_position, _command), do: :erlang.nif_error(:nif_not_loaded)
end
