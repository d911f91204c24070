import OOMFormats

/// Completions for a shell, from the tables that the parser reads.
enum Completion: String, CaseIterable {
  case bash
  case zsh
  case fish

  func script(for commands: [CommandSpec]) -> String {
    switch self {
    case .bash: Self.bash(commands)
    case .zsh: Self.zsh(commands)
    case .fish: Self.fish(commands)
    }
  }

  // MARK: bash

  private static func bash(_ commands: [CommandSpec]) -> String {
    var text = """
      # Completions of oomsim for bash: source <(oomsim completion bash)
      _oomsim() {
        local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
        local options=
        COMPREPLY=()
        if ((COMP_CWORD == 1)); then
          COMPREPLY=($(compgen -W '\(names(commands)) help --help --version' -- "$word"))
          return
        fi
        case ${COMP_WORDS[1]} in
          help)
            COMPREPLY=($(compgen -W '\(names(commands))' -- "$word"))
            return
            ;;

      """
    for command in commands { text += bash(command) }
    text += """
        esac
        # Without a reply bash completes file names.
        if [[ $word == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$word"))
        fi
      }
      complete -o default -F _oomsim oomsim

      """
    return text
  }

  private static func bash(_ command: CommandSpec) -> String {
    var text = "    \(command.name))\n"
    let valued = command.options.filter { !$0.words.isEmpty }
    if !valued.isEmpty {
      text += "      case $previous in\n"
      for option in valued {
        text += """
                \(option.name))
                  COMPREPLY=($(compgen -W '\(option.words.joined(separator: " "))' -- "$word"))
                  return
                  ;;

          """
      }
      text += "      esac\n"
    }
    if !command.operandWords.isEmpty {
      text +=
        "      [[ $word == -* ]] || COMPREPLY=($(compgen -W '"
        + "\(command.operandWords.joined(separator: " "))' -- \"$word\"))\n"
    }
    let options = (command.options + [.help]).map(\.name).joined(separator: " ")
    return text + "      options='\(options)'\n      ;;\n"
  }

  // MARK: zsh

  private static func zsh(_ commands: [CommandSpec]) -> String {
    var text = """
      #compdef oomsim
      # Completions of oomsim for zsh: oomsim completion zsh > a directory of $fpath/_oomsim
      _oomsim() {
        local -a commands
        commands=(

      """
    for command in commands {
      text += "    \(quoted("\(command.name):\(zshText(command.overview))"))\n"
    }
    text += """
        )
        if ((CURRENT == 2)); then
          _describe -t commands command commands
          _files
          return
        fi
        local command=$words[2]
        shift words
        ((CURRENT--))
        case $command in
          help) _describe -t commands command commands ;;

      """
    for command in commands {
      let specs = (command.options + [.help]).map(zshOption) + zshOperands(command)
      text += "    \(command.name))\n      _arguments \\\n        "
      text += specs.map(quoted).joined(separator: " \\\n        ") + "\n      ;;\n"
    }
    return text + """
        esac
      }
      _oomsim "$@"

      """
  }

  private static func zshOption(_ option: OptionSpec) -> String {
    let star = option.isRepeatable ? "*" : ""
    let help = "[\(zshText(summary(option.help)))]"
    guard let value = option.value else { return "\(star)\(option.name)\(help)" }
    let equals = option.name.hasPrefix("--") ? "=" : ""
    let action =
      !option.words.isEmpty
      ? "(\(option.words.joined(separator: " ")))" : option.takesPath ? "_files" : " "
    return "\(star)\(option.name)\(equals)\(help):\(zshText(value)):\(action)"
  }

  private static func zshOperands(_ command: CommandSpec) -> [String] {
    if command.maxOperands == 0 { return [] }
    if !command.operandWords.isEmpty {
      return ["1:word:(\(command.operandWords.joined(separator: " ")))"]
    }
    return command.takesPaths ? ["*:\(zshText(command.operands)):_files"] : []
  }

  private static func zshText(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing(":", with: "\\:").replacing("[", with: "\\[")
      .replacing("]", with: "\\]")
  }

  // MARK: fish

  private static func fish(_ commands: [CommandSpec]) -> String {
    var text = """
      # Completions of oomsim for fish: oomsim completion fish > ~/.config/fish/completions/oomsim.fish
      complete -c oomsim -n __fish_use_subcommand -l version -d 'Show the version.'
      complete -c oomsim -s h -l help -d \(quoted(OptionSpec.help.help))
      complete -c oomsim -n '__fish_seen_subcommand_from help' -f -a '\(names(commands))'

      """
    for command in commands {
      let seen = "-n '__fish_seen_subcommand_from \(command.name)'"
      text +=
        "complete -c oomsim -n __fish_use_subcommand -a \(command.name) -d "
        + quoted(summary(command.overview)) + "\n"
      if !command.takesPaths {
        let words = command.operandWords.joined(separator: " ")
        text += "complete -c oomsim \(seen) -f" + (words.isEmpty ? "" : " -a '\(words)'") + "\n"
      }
      for option in command.options { text += "complete -c oomsim \(seen) \(fish(option))\n" }
    }
    return text
  }

  private static func fish(_ option: OptionSpec) -> String {
    let name =
      option.name.hasPrefix("--")
      ? "-l \(option.name.dropFirst(2))" : "-s \(option.name.dropFirst())"
    var text = "\(name) -d \(quoted(summary(option.help)))"
    if option.value == nil { return text }
    if !option.words.isEmpty {
      text += " -x -a '\(option.words.joined(separator: " "))'"
    } else {
      text += option.takesPath ? " -r -F" : " -x"
    }
    return text
  }

  // MARK: Parts

  private static func names(_ commands: [CommandSpec]) -> String {
    commands.map(\.name).joined(separator: " ")
  }

  /// The first sentence, or what stands before its first colon or semicolon, where that is long.
  private static func summary(_ help: String) -> String {
    let sentence = help.split(separator: ". ").first.map(String.init) ?? help
    if sentence.count <= 72 { return sentence }
    let part = sentence.prefix { $0 != ";" && $0 != ":" && $0 != "," }
    return String(part)
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

extension OptionSpec {
  /// Its value is a file or a directory.
  var takesPath: Bool { value == "FILE" || value == "DIR" }
}

extension CommandSpec {
  /// Its operands are files or directories.
  var takesPaths: Bool {
    ["FILE", "DIR", "LOG", ".json"].contains { operands.contains($0) }
  }

  /// The words that its operand may be, when it is one of a few.
  var operandWords: [String] {
    switch name {
    case "completion": Completion.allCases.map(\.rawValue)
    case "new": StartingPoint.allCases.map(\.rawValue)
    default: []
    }
  }
}
