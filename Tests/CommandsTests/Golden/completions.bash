# Completions of drydock for Bash. Load them with: source <(drydock completions bash)
_drydock() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local command='drydock' word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      'drydock backup'|'drydock snapshots'|'drydock show'|'drydock restore'|'drydock init'|'drydock completions'|'drydock manual') command="$command $word" ;;
    esac
  done
  case "$command $previous" in
    'drydock backup --tag') COMPREPLY=(); return ;;
    'drydock backup --jobs') COMPREPLY=(); return ;;
    'drydock backup --table') COMPREPLY=(); return ;;
    'drydock backup --exclude-table') COMPREPLY=(); return ;;
    'drydock backup --exclude-data') COMPREPLY=(); return ;;
    'drydock backup --database') COMPREPLY=(); return ;;
    'drydock backup --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock backup --profile') COMPREPLY=(); return ;;
    'drydock backup --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock backup --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock snapshots --of') COMPREPLY=(); return ;;
    'drydock snapshots --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock snapshots --profile') COMPREPLY=(); return ;;
    'drydock snapshots --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock snapshots --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock show --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock show --profile') COMPREPLY=(); return ;;
    'drydock show --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock show --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock restore --into') COMPREPLY=(); return ;;
    'drydock restore --schema') COMPREPLY=(); return ;;
    'drydock restore --table') COMPREPLY=(); return ;;
    'drydock restore --jobs') COMPREPLY=(); return ;;
    'drydock restore --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock restore --profile') COMPREPLY=(); return ;;
    'drydock restore --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock restore --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock init --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock init --profile') COMPREPLY=(); return ;;
    'drydock init --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock init --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock completions --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock completions --profile') COMPREPLY=(); return ;;
    'drydock completions --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock completions --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock manual --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drydock manual --profile') COMPREPLY=(); return ;;
    'drydock manual --repository') COMPREPLY=($(compgen -d -- "$current")); return ;;
    'drydock manual --passphrase-file') COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command" in
    'drydock') COMPREPLY=($(compgen -W 'backup snapshots show restore init completions manual --help' -- "$current")) ;;
    'drydock backup') COMPREPLY=($(compgen -W '--tag --jobs --table --exclude-table --exclude-data --full-read --database --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock snapshots') COMPREPLY=($(compgen -W '--of --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock show') COMPREPLY=($(compgen -W '--globals --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock restore') COMPREPLY=($(compgen -W '--into --schema --table --jobs --schema-only --no-owner --no-privileges --no-verify --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock init') COMPREPLY=($(compgen -W '--unencrypted --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock completions') COMPREPLY=($(compgen -W 'bash zsh fish --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock manual') COMPREPLY=($(compgen -W '--config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
  esac
}
complete -o bashdefault -F _drydock drydock
