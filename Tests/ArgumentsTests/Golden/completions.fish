# Completions of decorate for fish. Load them with: decorate completions fish | source
function __decorate_is
  set -l found 'decorate'
  for word in (commandline -opc)[2..]
    if contains -- "$found $word" 'decorate' 'decorate paint' 'decorate paper' 'decorate paper tear'
      set found "$found $word"
    end
  end
  test "$found" = "$argv[1]"
end
complete -c decorate -f
complete -c decorate -n '__decorate_is "decorate"' -a paint -d 'Paint walls.'
complete -c decorate -n '__decorate_is "decorate"' -a paper -d 'Work with wallpaper.'
complete -c decorate -n '__decorate_is "decorate paint"' -l coats -s c -x -d 'How many coats.'
complete -c decorate -n '__decorate_is "decorate paint"' -l finish -x -a 'matt glossy' -d 'How it shines.'
complete -c decorate -n '__decorate_is "decorate paint"' -l drying -x -d 'How long a coat dries.'
complete -c decorate -n '__decorate_is "decorate paint"' -l can -x -d 'The size of a can.'
complete -c decorate -n '__decorate_is "decorate paint"' -l label -x -d 'A label for the can.'
complete -c decorate -n '__decorate_is "decorate paint"' -l fast -d 'Work fast.'
complete -c decorate -n '__decorate_is "decorate paint"' -l plan -r -F -d 'The plan\'s file.'
complete -c decorate -n '__decorate_is "decorate paper"' -a tear -d 'Tear wallpaper down.'
complete -c decorate -n '__decorate_is "decorate paper tear"' -l from -x -d 'The wall.'
