ExUnit.start()
Livemd.TestJournal.start()
