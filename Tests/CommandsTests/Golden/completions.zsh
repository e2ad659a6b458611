#compdef drydock
# Completions of drydock for the Z shell. Put this file as _drydock into a directory of $fpath.
_drydock() {
  local -a commands=(
    'completions:Print a completion script for a shell.'
    'manual:Print the manual page.'
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    completions) _drydock_completions ;;
    manual) _drydock_manual ;;
  esac
}
_drydock_completions() {
  _arguments \
    '--config[Read this configuration file, and trust it.]:FILE:_files' \
    '--profile[Use this profile of the configuration.]:NAME: ' \
    '--repository[Where the snapshots are\: a directory or a URL.]:URL:_files -/' \
    '--passphrase-file[Read the repository'\''s passphrase from this file.]:FILE:_files' \
    '--json[Write results, events and errors as JSON lines.]' \
    '--quiet[Show no progress and no notes.]' \
    '--verbose[Say more about what is done.]' \
    '-v[Say more about what is done.]' \
    ':SHELL:(bash zsh fish)' \
    '--help[explain the command]'
}
_drydock_manual() {
  _arguments \
    '--config[Read this configuration file, and trust it.]:FILE:_files' \
    '--profile[Use this profile of the configuration.]:NAME: ' \
    '--repository[Where the snapshots are\: a directory or a URL.]:URL:_files -/' \
    '--passphrase-file[Read the repository'\''s passphrase from this file.]:FILE:_files' \
    '--json[Write results, events and errors as JSON lines.]' \
    '--quiet[Show no progress and no notes.]' \
    '--verbose[Say more about what is done.]' \
    '-v[Say more about what is done.]' \
    '--help[explain the command]'
}
if [ "$funcstack[1]" = "_drydock" ]; then
  _drydock "$@"
else
  compdef _drydock drydock
fi
