# Completion of mfa-enroll(1) for bash. The program itself says what may come next; see its cli/complete.h.

_mfa_enroll() {
  local current=${COMP_WORDS[COMP_CWORD]} word what list=nothing
  local -a typed=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  COMPREPLY=()
  # bash cuts --name=value in three.
  if [ "$current" = = ]; then
    current=
  elif [ ${#typed[@]} -gt 0 ] && [ "${typed[-1]}" = = ]; then
    unset 'typed[-1]'
  fi
  {
    read -r list
    while IFS=$'\t' read -r word what; do
      [[ $word == "$current"* ]] && COMPREPLY+=("$word")
    done
  } < <(mfa-enroll --complete "${typed[@]}" "$current" </dev/null 2>/dev/null)
  case $list in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
      ;;
    users) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -u -- "$current") ;;
    services) while IFS= read -r word; do COMPREPLY+=("$word"); done < <(cd /etc/pam.d && compgen -f -- "$current") ;;
  esac
}

complete -F _mfa_enroll mfa-enroll
