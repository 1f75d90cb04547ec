# Accepts the second answer.
defmodule Quiz do
  use Roundtrip.Rust,
    source: """
    enum State {
        Pending,
        Answered(i64),
        TimedOut,
    }

    fn answer(state: State, answer: i64) -> Result<State, String> {
        match state {
            State::Pending | State::Answered(_) => Ok(State::Answered(answer)),
            State::TimedOut => Err("too late".to_string()),
        }
    }

    #[rustler::nif]
    fn play(answers: Vec<i64>, times_out: bool) -> Result<i64, String> {
        let mut state = if times_out { State::TimedOut } else { State::Pending };
        for number in answers {
            state = answer(state, number)?;
        }
        match state {
            State::Answered(number) => Ok(number),
            _ => Err("no answer".to_string()),
        }
    }
    """

  def play(_answers, _times_out), do: :erlang.nif_error(:nif_not_loaded)
end
