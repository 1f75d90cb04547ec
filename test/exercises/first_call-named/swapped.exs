# The two numbers in the text are swapped.
defmodule Share do
  use Roundtrip.Rust,
    crates: [:thiserror],
    source: """
    use rustler::{Error, NifException, NifResult};

    #[derive(Debug, thiserror::Error)]
    enum ShareError {
        #[error("whole must be above 0, and is {0}")]
        Whole(i64),
        #[error("part must be from 0 to {part}, and is {whole}")]
        Part { part: i64, whole: i64 },
    }

    #[derive(NifException)]
    #[module = "ArgumentError"]
    #[rustler(encode)]
    struct ArgumentError {
        message: String,
    }

    impl From<ShareError> for Error {
        fn from(error: ShareError) -> Self {
            let message = error.to_string();
            Error::RaiseTerm(Box::new(ArgumentError { message }))
        }
    }

    fn percent(part: i64, whole: i64) -> Result<i64, ShareError> {
        if whole <= 0 {
            return Err(ShareError::Whole(whole));
        }
        if part < 0 || part > whole {
            return Err(ShareError::Part { part, whole });
        }
        Ok(100 * part / whole)
    }

    #[rustler::nif]
    fn share(part: i64, whole: i64) -> NifResult<i64> {
        Ok(percent(part, whole)?)
    }
    """

  def share(_part, _whole), do: :erlang.nif_error(:nif_not_loaded)
end
