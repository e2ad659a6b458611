# Completions of drydock for fish. Load them with: drydock completions fish | source
function __drydock_is
  set -l found 'drydock'
  for word in (commandline -opc)[2..]
    if contains -- "$found $word" 'drydock' 'drydock completions' 'drydock manual'
      set found "$found $word"
    end
  end
  test "$found" = "$argv[1]"
end
complete -c drydock -f
complete -c drydock -n '__drydock_is "drydock"' -a completions -d 'Print a completion script for a shell.'
complete -c drydock -n '__drydock_is "drydock"' -a manual -d 'Print the manual page.'
complete -c drydock -n '__drydock_is "drydock completions"' -a 'bash zsh fish'
complete -c drydock -n '__drydock_is "drydock completions"' -l config -r -F -d 'Read this configuration file, and trust it.'
complete -c drydock -n '__drydock_is "drydock completions"' -l profile -x -d 'Use this profile of the configuration.'
complete -c drydock -n '__drydock_is "drydock completions"' -l repository -r -F -d 'Where the snapshots are: a directory or a URL.'
complete -c drydock -n '__drydock_is "drydock completions"' -l passphrase-file -r -F -d 'Read the repository\'s passphrase from this file.'
complete -c drydock -n '__drydock_is "drydock completions"' -l json -d 'Write results, events and errors as JSON lines.'
complete -c drydock -n '__drydock_is "drydock completions"' -l quiet -d 'Show no progress and no notes.'
complete -c drydock -n '__drydock_is "drydock completions"' -l verbose -s v -d 'Say more about what is done.'
complete -c drydock -n '__drydock_is "drydock manual"' -l config -r -F -d 'Read this configuration file, and trust it.'
complete -c drydock -n '__drydock_is "drydock manual"' -l profile -x -d 'Use this profile of the configuration.'
complete -c drydock -n '__drydock_is "drydock manual"' -l repository -r -F -d 'Where the snapshots are: a directory or a URL.'
complete -c drydock -n '__drydock_is "drydock manual"' -l passphrase-file -r -F -d 'Read the repository\'s passphrase from this file.'
complete -c drydock -n '__drydock_is "drydock manual"' -l json -d 'Write results, events and errors as JSON lines.'
complete -c drydock -n '__drydock_is "drydock manual"' -l quiet -d 'Show no progress and no notes.'
complete -c drydock -n '__drydock_is "drydock manual"' -l verbose -s v -d 'Say more about what is done.'
