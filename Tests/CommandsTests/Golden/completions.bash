# Completions of drydock for Bash. Load them with: source <(drydock completions bash)
_drydock() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local command='drydock' word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      'drydock completions'|'drydock manual') command="$command $word" ;;
    esac
  done
  case "$command $previous" in
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
    'drydock') COMPREPLY=($(compgen -W 'completions manual --help' -- "$current")) ;;
    'drydock completions') COMPREPLY=($(compgen -W 'bash zsh fish --config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
    'drydock manual') COMPREPLY=($(compgen -W '--config --profile --repository --passphrase-file --json --quiet --verbose --help' -- "$current")) ;;
  esac
}
complete -o bashdefault -F _drydock drydock
