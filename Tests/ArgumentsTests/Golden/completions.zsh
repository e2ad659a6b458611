#compdef decorate
# Completions of decorate for the Z shell. Put this file as _decorate into a directory of $fpath.
_decorate() {
  local -a commands=(
    'paint:Paint walls.'
    'paper:Work with wallpaper.'
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    paint) _decorate_paint ;;
    paper) _decorate_paper ;;
  esac
}
_decorate_paint() {
  _arguments \
    '--coats[How many coats.]:N: ' \
    '-c[How many coats.]:N: ' \
    '--finish[How it shines.]:FINISH:(matt glossy)' \
    '--drying[How long a coat dries.]:TIME: ' \
    '--can[The size of a can.]:SIZE: ' \
    '*--label[A label for the can.]:K=V: ' \
    '--fast[Work fast.]' \
    '--plan[The plan'\''s file.]:FILE:_files' \
    ':ROOM: ' \
    '*:WALL: ' \
    '--help[explain the command]'
}
_decorate_paper() {
  local -a commands=(
    'tear:Tear wallpaper down.'
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    tear) _decorate_paper_tear ;;
  esac
}
_decorate_paper_tear() {
  _arguments \
    '--from[The wall.]:WALL: ' \
    '--help[explain the command]'
}
if [ "$funcstack[1]" = "_decorate" ]; then
  _decorate "$@"
else
  compdef _decorate decorate
fi
