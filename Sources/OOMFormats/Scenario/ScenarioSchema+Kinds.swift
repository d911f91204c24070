// What of the schema is no field of a table.

extension ScenarioSchema {
  /// The sections of a scenario.
  static let sections: [(key: String, schema: String)] = [
    (
      "schema",
      ##"{ "description": "Name and version of this format.", "const": "oomsim.scenario/1" }"##
    ),
    (
      "name",
      ##"{ "description": "Short name, as the file.", "type": "string", "minLength": 1 }"##
    ),
    (
      "title",
      ##"{ "description": "One line.", "type": "string" }"##
    ),
    (
      "description",
      ##"{ "description": "One paragraph a line.", "type": "array", "items": { "type": "##
        + ##""string" } }"##
    ),
    (
      "source",
      ##"{ "description": "Links to where the case comes from.", "type": "array", "items": { "##
        + ##""type": "string" } }"##
    ),
    (
      "kernel",
      ##"{ "description": "The release whose rules decide, as uname -r has it: 2.6.11 and "##
        + ##"later; 2.6.32-el6, 3.10-el7, 4.18-el8 and 5.14-el9.", "type": "string", "pattern": "##
        + ##""^[0-9]+\\.[0-9]+", "examples": ["6.12"] }"##
    ),
    (
      "cgroup_version",
      ##"{ "description": "Version of the memory cgroup interface: which files the groups "##
        + ##"have. Default 2.", "enum": [1, 2], "default": 2 }"##
    ),
    (
      "memory_recursiveprot",
      ##"{ "description": "Version 2 is mounted with this option, as systemd does: protection "##
        + ##"that the children of a group do not claim goes to them by what they use. Since 5.7. "##
        + ##"Default false.", "type": "boolean", "default": false }"##
    ),
    (
      "memory_hugetlb_accounting",
      ##"{ "description": "Version 2 is mounted with this option: groups are charged for the huge "##
        + ##"pages that they use. Since 6.7. Default false.", "type": "boolean", "default": false }"##
    ),
    (
      "machine",
      ##"{ "$ref": "#/$defs/machine" }"##
    ),
    (
      "sysctl",
      ##"{ "$ref": "#/$defs/sysctl" }"##
    ),
    (
      "cgroups",
      ##"{ "description": "Groups by path. Parents exist without being named.", "type": "##
        + ##""object", "additionalProperties": false, "patternProperties": { "##
        + ##""^/([^/]+(/[^/]+)*)?$": { "$ref": "#/$defs/cgroup" } } }"##
    ),
    (
      "processes",
      ##"{ "description": "In the order in which the kernel visits them, oldest first: the "##
        + ##"order decides ties.", "type": "array", "items": { "$ref": "#/$defs/process" } }"##
    ),
    (
      "events",
      ##"{ "description": "In any order; they act by time, then by position.", "type": "##
        + ##""array", "items": { "$ref": "#/$defs/event" } }"##
    ),
    (
      "killers",
      ##"{ "description": "Programs of user space that kill, in the order in which they look at "##
        + ##"one instant.", "type": "array", "items": { "$ref": "#/$defs/killer" } }"##
    ),
    (
      "badness",
      ##"{ "description": "Points of one's own in the place of the release's, as an expression: "##
        + ##"whole numbers, + - * / %, comparisons, && || !, ?:, min, max, int, uint, udiv and "##
        + ##"never, over anon file shmem swap page_tables rss total_vm oom_score_adj totalpages "##
        + ##"uid nice run_time cpu_time cgroup_current cgroup_max cap_sys_admin. Sizes in pages, "##
        + ##"times in seconds.", "type": "string" }"##
    ),
    (
      "expect",
      ##"{ "$ref": "#/$defs/expect" }"##
    ),
  ]

  /// The kinds of values that fields have.
  static let kinds: [(key: String, schema: String)] = [
    (
      "size",
      ##"{ "description": "An amount of memory: a number with a unit. k, M, G and T are binary, "##
        + ##"with or without i or iB; kB is 1024 bytes, as the kernel prints it; MB, GB and TB are powers "##
        + ##"of 1000; \"37 pages\" counts pages. Rounded up to whole pages. Zero needs no unit.", "##
        + ##""anyOf": [{ "type": "string", "pattern": "##
        + ##""^[0-9]+(\\.[0-9]+)? ?(kB|[kKMGT](iB?)?|[MGT]B|pages?)$" }, { "const": 0 }], "##
        + ##""examples": ["512MiB", "4G", "1.5G", "8Gi", "1000kB", "37 pages"] }"##
    ),
    (
      "limit",
      ##"{ "description": "A limit of a group: a size, a whole number of bytes as the kernel "##
        + ##"file shows it, or \"max\" for none.", "anyOf": [{ "$ref": "#/$defs/size" }, { "##
        + ##""type": "integer", "minimum": 0 }, { "const": "max" }], "examples": ["2G", "##
        + ##"536870912, "max"] }"##
    ),
    (
      "kbytes",
      ##"{ "description": "KiB as the kernel file shows them, or a size with a unit.", "##
        + ##""anyOf": [{ "$ref": "#/$defs/size" }, { "type": "integer", "minimum": 0, "maximum": "##
        + ##"4398046511104 }], "examples": [67584, "64M"] }"##
    ),
    (
      "duration",
      ##"{ "description": "A time: whole numbers with units, the larger unit first. Zero "##
        + ##"needs no unit.", "anyOf": [{ "type": "string", "pattern": "##
        + ##""^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$" }, { "##
        + ##""const": 0 }], "examples": ["250ms", "10s", "1m30s", "2h"] }"##
    ),
    (
      "pause",
      ##"{ "description": "A time above zero.", "type": "string", "pattern": "##
        + ##""^(?=[0-9])(?=.*[1-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?([0-9]+us)?$", "##
        + ##""examples": ["100ms", "10s", "5m"] }"##
    ),
    (
      "share",
      ##"{ "description": "A part of a whole in per cent, from 0% to 100%.", "type": "string", "##
        + ##""pattern": "^[0-9]{1,3}(\\.[0-9]{1,4})?%$", "examples": ["50%"] }"##
    ),
    (
      "quantity",
      ##"{ "description": "An amount of memory as Kubernetes has it: Ki, Mi and Gi are binary, "##
        + ##"k, M and G powers of 1000; without a unit bytes.", "anyOf": [{ "type": "string", "pattern": "##
        + ##""^\\+?[0-9.]+([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$" }, { "type": "number", "minimum": 0 }], "##
        + ##""examples": ["512Mi"] }"##
    ),
    (
      "pid",
      ##"{ "type": "integer", "minimum": 1, "maximum": 4194303 }"##
    ),
    (
      "process_reference",
      ##"{ "description": "A living process, by its name or its pid, given or assigned. Of a "##
        + ##"row with a count the processes are called name-1, name-2 and so on.", "anyOf": [{ "type": "string", "##
        + ##""minLength": 1 }, { "$ref": "#/$defs/pid" }] }"##
    ),
    (
      "cgroup_path",
      ##"{ "description": "Path of a memory cgroup below the root of the hierarchy.", "type": "##
        + ##""string", "pattern": "^/([^/]+(/[^/]+)*)?$", "examples": "##
        + ##"["/system.slice/db.service"] }"##
    ),
    (
      "nodes",
      ##"{ "description": "A list of memory nodes, such as 0-1,3.", "type": "string", "##
        + ##""pattern": "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$" }"##
    ),
    (
      "expected_number",
      ##"{ "description": "A number that is not below zero, or bounds of it.", "anyOf": [{ "##
        + ##""type": "integer", "minimum": 0 }, { "type": "object", "additionalProperties": "##
        + ##"false, "minProperties": 1, "properties": { "min": { "type": "integer", "minimum": "##
        + ##"0 }, "max": { "type": "integer", "minimum": 0 } } }], "examples": [1, { "min": 1 }] }"##
    ),
    (
      "expected_size",
      ##"{ "description": "Pages, a size with a unit, or bounds of it.", "anyOf": [{ "type": "##
        + ##""integer", "minimum": 0 }, { "$ref": "#/$defs/size" }, { "type": "object", "##
        + ##""additionalProperties": false, "minProperties": 1, "properties": { "min": { "anyOf": "##
        + ##"[{ "type": "integer", "minimum": 0 }, { "$ref": "#/$defs/size" }] }, "max": { "##
        + ##""anyOf": [{ "type": "integer", "minimum": 0 }, { "$ref": "#/$defs/size" }] } } }], "##
        + ##""examples": [100, "2G", { "max": "1G" }] }"##
    ),
    (
      "page_table_levels",
      ##"{ "type": "object", "description": "Page tables level by level.", "##
        + ##""additionalProperties": false, "properties": { "pte": { "$ref": "#/$defs/size" }, "##
        + ##""pmd": { "$ref": "#/$defs/size" }, "pud": { "$ref": "#/$defs/size" } } }"##
    ),
  ]

  /// The members of a memory node.
  static let nodeMembers: [(key: String, schema: String)] = [
    (
      "memory",
      ##"{ "$ref": "#/$defs/size", "description": "What the kernel manages of the node." }"##
    ),
    (
      "present",
      ##"{ "$ref": "#/$defs/size", "description": "All memory of the node: present of "##
        + ##"/proc/zoneinfo, what totalpages counts since 5.4. Default: memory." }"##
    ),
    (
      "spanned",
      ##"{ "$ref": "#/$defs/size", "description": "The node with its holes: spanned of "##
        + ##"/proc/zoneinfo, what totalpages counts to 5.3. Default: present." }"##
    ),
    (
      "kernel",
      ##"{ "$ref": "#/$defs/size", "description": "The part of the machine's kernel memory "##
        + ##"that lies on the node; for all nodes or for none. Default: in proportion to the "##
        + ##"nodes' memory." }"##
    ),
    (
      "weight",
      ##"{ "type": "integer", "minimum": 1, "maximum": 255, "default": 1, "description": "Pages that it "##
        + ##"gives in turn to a policy of mode weighted_interleave. Default 1." }"##
    ),
  ]
}
