// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Addresses inside messages: 32 bytes, the address in the lower twenty.
library AddressBytes {
    function toBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /// Whatever stands in the upper twelve bytes is dropped.
    function toAddress(bytes32 padded) internal pure returns (address) {
        return address(uint160(uint256(padded)));
    }
}
