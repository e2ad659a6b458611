#compdef drydock
# Completions of drydock for the Z shell. Put this file as _drydock into a directory of $fpath.
_drydock() {
  local -a commands=(
    'backup:Take a consistent snapshot of a database.'
    'snapshots:List the snapshots of a repository.'
    'show:Show what a snapshot holds.'
    'restore:Restore a snapshot, or a part of it, into a database.'
    'init:Create a repository for snapshots.'
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
    backup) _drydock_backup ;;
    snapshots) _drydock_snapshots ;;
    show) _drydock_show ;;
    restore) _drydock_restore ;;
    init) _drydock_init ;;
    completions) _drydock_completions ;;
    manual) _drydock_manual ;;
  esac
}
_drydock_backup() {
  _arguments \
    '*--tag[Attach a tag; may be given several times.]:K=V: ' \
    '--jobs[Connections that read at the same time (default 2).]:N: ' \
    '*--table[Only tables that match.]:PATTERN: ' \
    '*--exclude-table[Not tables that match.]:PATTERN: ' \
    '*--exclude-data[Tables that match without their rows.]:PATTERN: ' \
    '--full-read[Read every row, whatever the last snapshot says.]' \
    '--database[The database\: a URL, keywords as libpq reads them, or a name.]:URL: ' \
    '--config[Read this configuration file, and trust it.]:FILE:_files' \
    '--profile[Use this profile of the configuration.]:NAME: ' \
    '--repository[Where the snapshots are\: a directory or a URL.]:URL:_files -/' \
    '--passphrase-file[Read the repository'\''s passphrase from this file.]:FILE:_files' \
    '--json[Write results, events and errors as JSON lines.]' \
    '--quiet[Show no progress and no notes.]' \
    '--verbose[Say more about what is done.]' \
    '-v[Say more about what is done.]' \
    '::URL: ' \
    '--help[explain the command]'
}
_drydock_snapshots() {
  _arguments \
    '--of[Only snapshots of this database.]:NAME: ' \
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
_drydock_show() {
  _arguments \
    '--globals[Print its roles and tablespaces as SQL, without passwords.]' \
    '--config[Read this configuration file, and trust it.]:FILE:_files' \
    '--profile[Use this profile of the configuration.]:NAME: ' \
    '--repository[Where the snapshots are\: a directory or a URL.]:URL:_files -/' \
    '--passphrase-file[Read the repository'\''s passphrase from this file.]:FILE:_files' \
    '--json[Write results, events and errors as JSON lines.]' \
    '--quiet[Show no progress and no notes.]' \
    '--verbose[Say more about what is done.]' \
    '-v[Say more about what is done.]' \
    ':SNAPSHOT: ' \
    '--help[explain the command]'
}
_drydock_restore() {
  _arguments \
    '--into[The database to restore into.]:URL: ' \
    '*--schema[Only this schema; may be given several times.]:NAME: ' \
    '*--table[Only tables that match.]:PATTERN: ' \
    '--jobs[Connections that write at the same time (default 2).]:N: ' \
    '--schema-only[Only the definition, no rows.]' \
    '--no-owner[Everything belongs to the role that restores.]' \
    '--no-privileges[Leave GRANT and REVOKE out.]' \
    '--no-verify[Do not read everything back to compare it.]' \
    '--config[Read this configuration file, and trust it.]:FILE:_files' \
    '--profile[Use this profile of the configuration.]:NAME: ' \
    '--repository[Where the snapshots are\: a directory or a URL.]:URL:_files -/' \
    '--passphrase-file[Read the repository'\''s passphrase from this file.]:FILE:_files' \
    '--json[Write results, events and errors as JSON lines.]' \
    '--quiet[Show no progress and no notes.]' \
    '--verbose[Say more about what is done.]' \
    '-v[Say more about what is done.]' \
    ':SNAPSHOT: ' \
    '--help[explain the command]'
}
_drydock_init() {
  _arguments \
    '--unencrypted[Do not encrypt; damage is still noticed.]' \
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
