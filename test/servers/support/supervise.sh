#!/usr/bin/env bash
# supervise.sh <folder> <command> …: runs a server until it ends or the standard input does, which happens however the parent dies. Then kills whatever the server started, and deletes the folder.
set -m # every job is a process group of its own
folder=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
end() {
  kill -KILL -- "-$server"
  rm -rf -- "$folder"
} 2>/dev/null
{
  cat >/dev/null
  end
} <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server" 2>/dev/null
code=$?
end
kill -KILL -- "-$watcher" 2>/dev/null
exit "$code"
