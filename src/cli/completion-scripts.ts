// The scripts only ask: `rollback __complete -- <words>` answers one `value<TAB>description` a line,
// or `:files` alone where the shell's own file names are wanted.

const BASH = `# rollback completion for bash
_rollback_completion() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _rollback_completion rollback`

const ZSH = `#compdef rollback
# rollback completion for zsh
_rollback_completion() {
  local line value
  local -a values described
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      _files
      return
    fi
    value="\${line%%$'\\t'*}"
    values+=("$value")
    described+=("\${value}  \${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && compadd -l -d described -a values
}
compdef _rollback_completion rollback`

const FISH = `# rollback completion for fish
function __rollback_completion
    set -l words (commandline -opc) (commandline -ct)
    set -l answer ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if test "$answer" = ':files'
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $answer
    end
end
complete -c rollback -f -a '(__rollback_completion)'`

export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const satisfies Record<string, string>

export function isShell(name: string): name is keyof typeof SCRIPTS {
  return Object.hasOwn(SCRIPTS, name)
}
