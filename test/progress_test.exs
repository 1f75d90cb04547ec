defmodule Roundtrip.ProgressTest do
  # What is remembered depends on the environment, which is one for the whole VM.
  use ExUnit.Case, async: false
  @moduletag :tmp_dir

  alias Mix.Tasks.Roundtrip.Learn
  alias Livemd.{Parser, Terminal}
  alias Roundtrip.Progress

  doctest Progress

  @windows if match?({:win32, _}, :os.type()), do: "its folders and permissions are others"
  @root if System.find_executable("id") && match?({"0\n", 0}, System.cmd("id", ["-u"])),
          do: "root may write everywhere"
  @version Mix.Project.config()[:version]

  exercise = fn lesson, index ->
    Progress.exercises() |> List.keyfind!(lesson, 0) |> elem(1) |> Enum.at(index)
  end

  @structs1 exercise.("structs", 0)
  @structs2 exercise.("structs", 1)
  @structs3 exercise.("structs", 2)
  @structs4 exercise.("structs", 3)
  @messages1 exercise.("messages", 0)
  @messages2 exercise.("messages", 1)
  @index1 exercise.("index", 0)

  setup %{tmp_dir: dir} do
    before = System.fetch_env!("ROUNDTRIP_DATA")
    System.put_env("ROUNDTRIP_DATA", dir)
    on_exit(fn -> System.put_env("ROUNDTRIP_DATA", before) end)
    {:ok, folder: Path.join([dir, "progress", @version])}
  end

  defp lesson(name), do: Enum.find(Roundtrip.progress().lessons, &(&1.lesson == name))

  # The lesson has as many exercises as it has; only what passed is the test's to say.
  defp counts(lesson, passed, in_all) do
    own = length(lesson(lesson).exercises)
    all = Progress.exercises() |> Enum.flat_map(&elem(&1, 1)) |> length()
    "#{passed} of #{own} in #{lesson}, #{in_all} of #{all} in the course"
  end

  # As the user has it, and not as Mix does: a VM of its own.
  defp elsewhere(code, env) do
    args = ["-pa", Application.app_dir(:roundtrip, "ebin"), "-e", code]
    {output, 0} = System.cmd("elixir", args, env: env)
    output
  end

  describe "a check that passes" do
    test "is remembered, and says how far that is", %{folder: folder} do
      assert Roundtrip.passed(@structs1) == "#{@structs1} passed: " <> counts("structs", 1, 1)
      assert Roundtrip.passed(@messages2) == "#{@messages2} passed: " <> counts("messages", 1, 2)
      assert Roundtrip.passed(@structs2) == "#{@structs2} passed: " <> counts("structs", 2, 3)

      assert Progress.passed() == [@structs1, @structs2, @messages2]
      assert {:ok, _, 0} = DateTime.from_iso8601(File.read!(Path.join(folder, @structs1)))
    end

    test "again changes nothing", %{folder: folder} do
      Roundtrip.passed(@structs1)
      first = File.read!(Path.join(folder, @structs1))
      assert Roundtrip.passed(@structs1) == "#{@structs1} passed: " <> counts("structs", 1, 1)
      assert File.read!(Path.join(folder, @structs1)) == first
    end

    test "of an exercise that the course does not have is an ArgumentError" do
      for name <- ["structs-0", "", "../#{@structs1}", :structs] do
        error = assert_raise ArgumentError, fn -> Roundtrip.passed(name) end
        assert error.message == "the course has no exercise #{inspect(name)}"
      end
    end

    test "in many processes at once loses nothing", %{folder: folder} do
      names = Enum.flat_map(Progress.exercises(), &elem(&1, 1))

      1..8
      |> Enum.flat_map(fn _ -> names end)
      |> Enum.map(&Task.async(fn -> Progress.pass(&1) end))
      |> Task.await_many(:infinity)
      |> Enum.each(&assert(&1 == :ok))

      assert Progress.passed() == names
      assert Enum.sort(File.ls!(folder)) == Enum.sort(names)
    end
  end

  describe "what cannot be remembered" do
    test "is said with the reason, where there is a file in place of the folder", context do
      file = Path.join(context.tmp_dir, "a file")
      File.write!(file, "")
      unremembered(file, "not a directory")
    end

    @tag skip: @windows
    test "is said with the reason, where no folder can be made" do
      unremembered("/dev/null/x", "not a directory")
    end

    @tag skip: if(not File.dir?("/proc/self"), do: "there is no /proc here")
    test "is said with the reason, on a file system that takes nothing" do
      unremembered("/proc/x", "no such file or directory")
    end

    defp unremembered(data, reason) do
      System.put_env("ROUNDTRIP_DATA", data)
      text = Roundtrip.passed(@structs1)
      assert text =~ "#{@structs1} passed, but cannot be remembered: #{data}/progress/"
      assert String.ends_with?(text, "/#{@structs1}: #{reason}")
      assert Progress.passed() == []
      assert Progress.reset() == {:ok, []}
    end

    @tag skip: @windows || @root
    test "in a folder that is read-only, nothing is remembered or forgotten", context do
      Roundtrip.passed(@structs1)
      File.chmod!(context.folder, 0o555)
      on_exit(fn -> File.chmod!(context.folder, 0o755) end)

      assert Roundtrip.passed(@structs1) =~ "#{@structs1} passed: 1 of "

      assert Roundtrip.passed(@structs2) =~
               ~r"cannot be remembered: .*/#{@structs2}: permission denied$"

      reset = learn(["--reset"])
      assert reset.status == 1

      assert reset.complaint =~
               ~r"\ANot all could be forgotten: .*/#{@structs1}: permission denied\n\z"

      assert Progress.passed() == [@structs1]
    end

    @tag skip: @windows
    test "without a home is said too" do
      env = for name <- ~w(HOME XDG_DATA_HOME ROUNDTRIP_DATA), do: {name, nil}

      assert elsewhere(~s|IO.puts Roundtrip.passed("#{@structs1}")|, env) ==
               "#{@structs1} passed, but cannot be remembered: there is no home directory; " <>
                 "set HOME, or ROUNDTRIP_DATA to a folder\n"

      assert elsewhere(
               "IO.inspect {Roundtrip.Progress.passed(), Roundtrip.Progress.reset()}",
               env
             ) ==
               "{[], {:ok, []}}\n"
    end
  end

  @tag skip: if(:os.type() != {:unix, :linux}, do: "each system has its own")
  test "it is kept in the user's data directory", %{tmp_dir: dir} do
    for {env, kept} <- [
          {[{"XDG_DATA_HOME", dir}], dir},
          {[{"HOME", dir}], "#{dir}/.local/share"}
        ] do
      env =
        Enum.to_list(Map.merge(%{"XDG_DATA_HOME" => nil, "ROUNDTRIP_DATA" => nil}, Map.new(env)))

      elsewhere(~s|Roundtrip.passed("#{@structs1}")|, env)
      assert File.regular?("#{kept}/roundtrip/progress/#{@version}/#{@structs1}")
    end
  end

  describe "what is damaged" do
    # A name that is no UTF-8 is ignored with a warning, where the file system takes it at all.
    @tag :capture_log
    test "does no harm", %{tmp_dir: dir, folder: folder} do
      File.mkdir_p!(Path.join(folder, @structs3))
      File.write!(Path.join(folder, @structs1), "")
      File.write!(Path.join(folder, @structs2), <<0, 255, 0>>)
      File.write!(Path.join(folder, "no-such-exercise"), "")
      _ = File.write(Path.join(folder, <<"structs-", 255>>), "")
      File.write!(Path.join([dir, "progress", "a file"]), "")
      File.mkdir_p!(Path.join([dir, "progress", "no version"]))
      File.write!(Path.join([dir, "progress", "no version", @structs4]), "")

      assert Progress.passed() == [@structs1, @structs2]
      assert lesson("structs").other_versions == %{}
      assert Roundtrip.passed(@structs1) == "#{@structs1} passed: " <> counts("structs", 2, 2)
      assert Roundtrip.passed(@structs3) =~ ~r"cannot be remembered: .*/#{@structs3}: "
      assert Progress.reset("structs") == {:ok, [@structs1, @structs2, @structs4]}
      assert Progress.passed() == []
    end
  end

  test "what passed under another version is open, and told apart", %{tmp_dir: dir} do
    for version <- ["0.0.9", "0.0.10"], name <- [@structs1, @structs2] do
      File.mkdir_p!(Path.join([dir, "progress", version]))
      File.write!(Path.join([dir, "progress", version, name]), "")
    end

    Roundtrip.passed(@structs2)

    assert Progress.passed() == [@structs2]

    assert %{passed: [@structs2], other_versions: %{@structs1 => "0.0.10"}} = lesson("structs")

    assert hd(lesson("structs").open) == @structs1
    assert inspect(Roundtrip.progress()) =~ ~r/^structs +◐●○/m

    assert inspect(Roundtrip.progress()) =~
             ~r/in the course\n◐ #{@structs1} passed in 0.0.10; the text may have changed\z/

    assert Progress.reset("structs") == {:ok, [@structs1, @structs2]}
    refute inspect(Roundtrip.progress()) =~ "0.0"
  end

  test "what passed under an old name is passed, and forgotten with it", %{tmp_dir: dir} do
    for {old, name} <- Progress.renamed() do
      assert name in Enum.flat_map(Progress.exercises(), &elem(&1, 1))
      assert_raise ArgumentError, fn -> Roundtrip.passed(old) end
      File.mkdir_p!(Path.join([dir, "progress", @version]))
      File.write!(Path.join([dir, "progress", @version, old]), "")
      assert Progress.passed() == [name]
      assert Progress.reset() == {:ok, [name]}
      assert Progress.passed() == []
    end
  end

  describe "a reset" do
    setup do
      for name <- [@structs1, @structs2, @messages1], do: Roundtrip.passed(name)
      :ok
    end

    test "of a lesson leaves the others" do
      assert Progress.reset("structs") == {:ok, [@structs1, @structs2]}
      assert Progress.passed() == [@messages1]
    end

    test "of all leaves nothing" do
      assert Progress.reset() == {:ok, [@structs1, @structs2, @messages1]}
      assert Progress.reset() == {:ok, []}
      assert Progress.passed() == []
    end

    test "while others pass and reset ends as one of them did" do
      pass = fn -> Progress.pass(@structs1) end
      reset = fn -> Progress.reset("structs") end

      for act <- [pass, pass, reset, reset] do
        Task.async(fn -> for _ <- 1..200, do: act.() end)
      end
      |> Task.await_many(:infinity)
      |> Enum.concat()
      |> Enum.each(fn answer ->
        assert answer == :ok or elem(answer, 0) == :ok, inspect(answer)
      end)

      assert Progress.passed() in [[@messages1], [@structs1, @messages1]]
    end
  end

  describe "bin/learn" do
    test "--progress has a line for each lesson with exercises, plain in a pipe" do
      Roundtrip.passed(@structs2)
      learnt = learn(["--progress"])
      assert learnt.status == 0

      assert for(
               [_, name] <- Regex.scan(~r/^(\w+) +[●○]+ +\d+ of \d+$/m, learnt.printed),
               do: name
             ) ==
               Enum.map(Progress.exercises(), &elem(&1, 0))

      assert learnt.printed =~ ~r/^structs +○●○/m
      assert learnt.printed =~ ~r/^1 of \d+ in the course\n\z/m
      assert learnt.printed == inspect(Roundtrip.progress()) <> "\n"
    end

    test "--progress has colours on a terminal that shows them" do
      Roundtrip.passed(@structs1)
      learnt = learn(["--progress"], terminal: Terminal.new(colour: true))
      assert learnt.printed =~ "\e[32m●\e[0m\e[2m○\e[0m"
      refute learn(["--progress"], terminal: Terminal.new()).printed =~ "\e"
    end

    test "--reset says how many it forgot, of a lesson or of all" do
      for name <- [@structs1, @structs2, @messages1], do: Roundtrip.passed(name)

      assert learn(["--reset", "structs"]) ==
               %{
                 status: 0,
                 printed: "Forgot 2 exercises of structs: #{@structs1}, #{@structs2}\n",
                 complaint: ""
               }

      assert learn(["--reset", "notebooks/structs.livemd"]).printed ==
               "Nothing of structs was remembered.\n"

      assert learn(["--reset"]).printed == "Forgot 1 exercise of the course: #{@messages1}\n"
      assert learn(["--reset"]).printed == "Nothing of the course was remembered.\n"
    end

    test "--reset renames the folders of the files, which would all pass again", %{tmp_dir: dir} do
      for lesson <- ["structs", "messages", "other"],
          do: File.mkdir_p!(Path.join([dir, "exercises", lesson]))

      moved = &"Moved your files: #{dir}/exercises/#{&1} is #{dir}/exercises/#{&1}#{&2} now.\n"

      assert learn(["--reset", "structs"]).printed ==
               "Nothing of structs was remembered.\n" <> moved.("structs", ".old")

      File.mkdir!(Path.join(dir, "exercises/structs"))

      assert learn(["--reset"]).printed ==
               "Nothing of the course was remembered.\n" <>
                 moved.("structs", ".old2") <> moved.("messages", ".old")

      assert Enum.sort(File.ls!(Path.join(dir, "exercises"))) ==
               ["messages.old", "other", "structs.old", "structs.old2"]
    end

    test "--restart gives one exercise its stub again and forgets that it passed", %{tmp_dir: dir} do
      for name <- [@structs1, @structs2], do: Roundtrip.passed(name)
      path = Path.join(dir, "exercises/structs/#{@structs1}.exs")
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, "mine")

      assert learn(["--restart", @structs1]).printed ==
               "#{path} is as shipped. What you had is in #{path}.old. It counts as open again.\n"

      assert File.read!(path <> ".old") == "mine"
      assert File.read!(path) =~ "# While `bin/learn --watch structs` runs"
      assert Progress.passed() == [@structs2]

      File.rm!(path)
      assert learn(["--restart", @structs1]).printed == "#{path} is as shipped.\n"

      learnt = learn(["--restart", @structs1 <> "x"])
      assert learnt.status == 2

      assert learnt.complaint =~
               "There is no exercise #{@structs1}x. Did you mean #{@structs1}?\nSee --list.\n"
    end

    test "--reset of an unknown lesson forgets nothing" do
      Roundtrip.passed(@structs1)
      learnt = learn(["--reset", "strukts"])
      assert learnt.status == 2
      assert learnt.complaint =~ "There is no lesson strukts. Did you mean structs?"
      assert Progress.passed() == [@structs1]
    end

    test "a lesson that is read remembers what its reader has solved", %{tmp_dir: dir} do
      path = Path.join(dir, "index.livemd")

      text = """
      # Index

      ## An exercise

      ```elixir
      # exercise: #{@index1}
      answer = fn -> 0 end
      ```

      <!-- livebook:{"continue_on_error":true} -->

      ```elixir
      # check: #{@index1}
      import ExUnit.Assertions
      assert answer.() == 42

      Roundtrip.passed("#{@index1}")
      ```
      """

      File.write!(path, text)
      assert learn(["index"], course: [{"index", path}]).status == 0
      assert Progress.passed() == []

      File.write!(path, String.replace(text, "answer = fn -> 0 end", "answer = fn -> 42 end"))
      learnt = learn(["index"], course: [{"index", path}])
      assert learnt.status == 0
      assert learnt.printed =~ ~s|=> "#{@index1} passed: #{counts("index", 1, 1)}"|
      assert Progress.passed() == [@index1]

      assert learn([], course: [{"index", path}]).printed =~
               ~r/^Passed   1 of \d+ in the course; bin\/learn --progress shows which\n\z/m
    end
  end

  test "a maintainer's run of the solutions is no progress of his own", %{tmp_dir: dir} do
    ExUnit.CaptureIO.capture_io(fn ->
      Mix.Tasks.Livemd.check(["--solved", Roundtrip.notebook_path("index")])
    end)

    assert @index1 in Progress.passed()
    System.put_env("ROUNDTRIP_DATA", dir)
    assert Progress.passed() == []
  end

  test "a check that does not remember its exercise is found" do
    check = fn code ->
      "# A\n\n## B\n\n<!-- livebook:{\"continue_on_error\":true} -->\n\n" <>
        "```elixir\n# check: a-1\n#{code}\n```\n"
    end

    for {code, found} <- [
          {"assert x\n\nRoundtrip.passed(\"a-1\")", []},
          {"assert x\nRoundtrip.passed(\"a-1\")", ["a-1"]},
          {"assert x\n\nRoundtrip.passed(\"a-2\")", ["a-1"]},
          {"Roundtrip.passed(\"a-1\")\nassert x\n\nRoundtrip.passed(\"a-1\")", ["a-1"]},
          {"assert x", ["a-1"]}
        ] do
      {:ok, notebook} = Parser.parse(check.(code), "a.livemd")
      assert Roundtrip.LessonCase.forgetful(notebook) == found
    end
  end

  defp learn(args, options \\ []) do
    {:ok, input} = StringIO.open("")
    {:ok, output} = StringIO.open("")
    {:ok, error} = StringIO.open("")

    defaults = [
      course: Roundtrip.Course.notebooks(),
      runner: [mode: :learner, toolchains: [Roundtrip.Rust]],
      input: input,
      output: output,
      error: error
    ]

    # Not the files of whoever runs the tests.
    args = args ++ ["--folder", System.fetch_env!("ROUNDTRIP_DATA") <> "/exercises"]

    status = Learn.learn(args, Keyword.merge(defaults, options))

    %{
      status: status,
      printed: output |> StringIO.contents() |> elem(1),
      complaint: error |> StringIO.contents() |> elem(1)
    }
  end
end
