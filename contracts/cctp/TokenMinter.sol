// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable2Step} from "../roles/Ownable2Step.sol";
import {Pausable} from "../roles/Pausable.sol";
import {Rescuable} from "../roles/Rescuable.sol";
import {TokenController} from "../roles/TokenController.sol";
import {IMintBurnToken} from "./IMintBurnToken.sol";
import {ITokenMinter} from "./ITokenMinter.sol";

/// Mints and burns for one TokenMessenger. It must be a minter of each token that it mints.
contract TokenMinter is ITokenMinter, Ownable2Step, TokenController, Pausable, Rescuable {
    address public localTokenMessenger;

    event LocalTokenMessengerAdded(address localTokenMessenger);
    event LocalTokenMessengerRemoved(address localTokenMessenger);

    modifier onlyLocalTokenMessenger() {
        require(
            localTokenMessenger != address(0) && msg.sender == localTokenMessenger,
            "Caller not local TokenMessenger"
        );
        _;
    }

    constructor(address _tokenController) {
        _setTokenController(_tokenController);
    }

    function mint(uint32 sourceDomain, bytes32 burnToken, address to, uint256 amount)
        external
        whenNotPaused
        onlyLocalTokenMessenger
        returns (address mintToken)
    {
        mintToken = _requireMintToken(sourceDomain, burnToken);
        require(IMintBurnToken(mintToken).mint(to, amount), "Mint operation failed");
    }

    /// Burns what this contract holds.
    function burn(address burnToken, uint256 burnAmount)
        external
        whenNotPaused
        onlyLocalTokenMessenger
        onlyWithinBurnLimit(burnToken, burnAmount)
    {
        IMintBurnToken(burnToken).burn(burnAmount);
    }

    function addLocalTokenMessenger(address newLocalTokenMessenger) external onlyOwner {
        require(newLocalTokenMessenger != address(0), "Invalid TokenMessenger address");
        require(localTokenMessenger == address(0), "Local TokenMessenger already set");
        localTokenMessenger = newLocalTokenMessenger;
        emit LocalTokenMessengerAdded(newLocalTokenMessenger);
    }

    function removeLocalTokenMessenger() external onlyOwner {
        address removed = localTokenMessenger;
        require(removed != address(0), "No local TokenMessenger is set");
        delete localTokenMessenger;
        emit LocalTokenMessengerRemoved(removed);
    }

    function setTokenController(address newTokenController) external onlyOwner {
        _setTokenController(newTokenController);
    }

    function _requireMintToken(uint32 sourceDomain, bytes32 burnToken) internal view returns (address mintToken) {
        mintToken = getLocalToken(sourceDomain, burnToken);
        require(mintToken != address(0), "Mint token not supported");
    }
}
