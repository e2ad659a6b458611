# Completions of decorate for Bash. Load them with: source <(decorate completions bash)
_decorate() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local command='decorate' word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      'decorate paint'|'decorate paper'|'decorate paper tear') command="$command $word" ;;
    esac
  done
  case "$command $previous" in
    'decorate paint --coats'|'decorate paint -c') COMPREPLY=(); return ;;
    'decorate paint --finish') COMPREPLY=($(compgen -W 'matt glossy' -- "$current")); return ;;
    'decorate paint --drying') COMPREPLY=(); return ;;
    'decorate paint --can') COMPREPLY=(); return ;;
    'decorate paint --label') COMPREPLY=(); return ;;
    'decorate paint --plan') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'decorate paper tear --from') COMPREPLY=(); return ;;
  esac
  case "$command" in
    'decorate') COMPREPLY=($(compgen -W 'paint paper --help' -- "$current")) ;;
    'decorate paint') COMPREPLY=($(compgen -W '--coats --finish --drying --can --label --fast --plan --help' -- "$current")) ;;
    'decorate paper') COMPREPLY=($(compgen -W 'tear --help' -- "$current")) ;;
    'decorate paper tear') COMPREPLY=($(compgen -W '--from --help' -- "$current")) ;;
  esac
}
complete -o bashdefault -F _decorate decorate
